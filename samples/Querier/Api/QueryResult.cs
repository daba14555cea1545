using Querier.Evaluation;
using Querier.Formats;
using Thanos.Chunks;

namespace Querier.Api;

/// <summary>Series and samples in the JSON format of Prometheus.</summary>
internal static class QueryResult
{
    public static Dictionary<string, string> Metric(SeriesLabels labels) => new(labels.Pairs);

    /// <summary>Seconds as a number, and the value as a string, because JSON has no NaN or infinity.</summary>
    public static object[] Point(Sample sample) => [sample.Timestamp / 1000m, SampleValue.Format(sample.Value)];
}
