using Querier.Evaluation;
using Thanos.Chunks;

namespace Samples.Tests.Querier;

internal static class SeriesBuilder
{
    public static TimeSeries Series(string labels, params Sample[] samples) => new(Labels(labels), samples);

    /// <summary>Parses labels such as <c>a=1,b=2</c>.</summary>
    public static SeriesLabels Labels(string text) => new(text.Split(',').Select(pair => pair.Split('=')).Select(pair => KeyValuePair.Create(pair[0], pair[1])));

    public static Sample At(long seconds, double value) => new(seconds * 1000, value);
}
