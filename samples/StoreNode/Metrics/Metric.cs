using StoreNode.Storage;

namespace StoreNode.Metrics;

/// <summary>The current value of a metric with at most one label.</summary>
internal sealed record Metric(string Name, double Value, string? Label = null, string LabelValue = "")
{
    public Labels Labels => Storage.Labels.From(Pairs());

    private IEnumerable<KeyValuePair<string, string>> Pairs()
    {
        yield return new("__name__", Name);
        if (Label is not null)
            yield return new(Label, LabelValue);
    }
}
