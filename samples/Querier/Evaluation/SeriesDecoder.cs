using Thanos.Api;
using Thanos.Chunks;

namespace Querier.Evaluation;

/// <summary>Decodes a series of the Store API. Chunks may overlap, and may exceed the requested range.</summary>
internal static class SeriesDecoder
{
    /// <exception cref="InvalidDataException">The labels are not valid for a series, or a chunk is malformed or contains histograms.</exception>
    public static TimeSeries Decode(Series series, long start, long end) => new(
        Identify(series),
        SeriesMerge.Union(series.Chunks.Select(chunk => Read(chunk).Where(sample => sample.Timestamp >= start && sample.Timestamp <= end))));

    private static SeriesLabels Identify(Series series)
    {
        var labels = SeriesLabels.From(series.Labels);
        return labels.Pairs.DistinctBy(pair => pair.Key).Count() == labels.Pairs.Count && !labels.Pairs.Any(pair => pair.Value.Contains('\0'))
            ? labels
            : throw new InvalidDataException($"the labels {labels} are not valid for a series");
    }

    private static IEnumerable<Sample> Read(AggrChunk chunk) => chunk.Raw switch
    {
        null => [],
        { Type: Chunk.Types.Encoding.Xor } raw => XorChunkReader.Read(raw.Data.Memory),
        var raw => throw new InvalidDataException($"a chunk has the encoding {raw.Type}, but only {Chunk.Types.Encoding.Xor} is supported"),
    };
}
