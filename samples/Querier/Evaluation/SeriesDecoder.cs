using Thanos.Api;
using Thanos.Chunks;

namespace Querier.Evaluation;

/// <summary>Turns a series of the wire into samples. Chunks may overlap, and may go beyond the time that was asked for.</summary>
internal static class SeriesDecoder
{
    /// <exception cref="InvalidDataException">A chunk is damaged, or holds histograms.</exception>
    public static TimeSeries Decode(Series series, long start, long end) => new(
        SeriesLabels.From(series.Labels),
        SeriesMerge.Union(series.Chunks.Select(chunk => Read(chunk).Where(sample => sample.Timestamp >= start && sample.Timestamp <= end))));

    private static IEnumerable<Sample> Read(AggrChunk chunk) => chunk.Raw switch
    {
        null => [],
        { Type: Chunk.Types.Encoding.Xor } raw => XorChunkReader.Read(raw.Data.Memory),
        var raw => throw new InvalidDataException($"a chunk has the encoding {raw.Type}, and only {Chunk.Types.Encoding.Xor} is understood"),
    };
}
