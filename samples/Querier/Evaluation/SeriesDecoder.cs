using Thanos.Api;
using Thanos.Chunks;
using Thanos.Text;

namespace Querier.Evaluation;

/// <summary>Decodes a series of the Store API. Chunks may overlap, and may exceed the requested range.</summary>
internal static class SeriesDecoder
{
    /// <param name="series">The series.</param>
    /// <param name="start">The time of the first sample.</param>
    /// <param name="end">The time of the last sample, inclusive.</param>
    /// <param name="count">Called with the number of samples of each chunk. It may throw.</param>
    /// <exception cref="InvalidDataException">The labels are not valid for a series, or a chunk is malformed or contains histograms.</exception>
    public static TimeSeries Decode(Series series, long start, long end, Action<long>? count = null)
    {
        return new TimeSeries(Identify(series), SeriesMerge.Union(series.Chunks.Select(ReadRange)));

        // A chunk has at most 65,535 samples, so the count is never far behind.
        List<Sample> ReadRange(AggrChunk chunk)
        {
            var samples = Read(chunk).Where(sample => sample.Timestamp >= start && sample.Timestamp <= end).ToList();
            count?.Invoke(samples.Count);
            return samples;
        }
    }

    private static SeriesLabels Identify(Series series)
    {
        var labels = SeriesLabels.From(series.Labels);
        return labels.Pairs.DistinctBy(pair => pair.Key).Count() == labels.Pairs.Count && !labels.Pairs.Any(pair => pair.Value.Contains('\0'))
            ? labels
            : throw new InvalidDataException($"the labels {Snippet.Of(labels.ToString(), 100)} are not valid for a series");
    }

    private static IEnumerable<Sample> Read(AggrChunk chunk) => chunk.Raw switch
    {
        null => [],
        { Type: Chunk.Types.Encoding.Xor } raw => XorChunkReader.Read(raw.Data.Memory),
        var raw => throw new InvalidDataException($"a chunk has the encoding {raw.Type}, but only {Chunk.Types.Encoding.Xor} is supported"),
    };
}
