using Thanos.Chunks;

namespace Querier.Evaluation;

/// <summary>Merges the series of several stores.</summary>
internal static class SeriesMerge
{
    /// <summary>Returns one series per label set, sorted by labels.</summary>
    public static IReadOnlyList<TimeSeries> Merge(IEnumerable<TimeSeries> series, CancellationToken cancellation = default)
    {
        return [.. series.GroupBy(one => one.Labels).Select(MergeSame).OrderBy(one => one.Labels)];

        TimeSeries MergeSame(IGrouping<SeriesLabels, TimeSeries> same)
        {
            cancellation.ThrowIfCancellationRequested();
            return new TimeSeries(same.Key, Union(same.Select(one => one.Samples)));
        }
    }

    /// <summary>Merges samples in time order. For equal times, the first sample is used.</summary>
    public static IReadOnlyList<Sample> Union(IEnumerable<IEnumerable<Sample>> parts)
    {
        List<Sample> samples = [.. parts.SelectMany(part => part)];
        // The usual case needs no further memory.
        return IsIncreasing(samples) ? samples : [.. samples.DistinctBy(sample => sample.Timestamp).OrderBy(sample => sample.Timestamp)];
    }

    private static bool IsIncreasing(List<Sample> samples)
    {
        for (var i = 1; i < samples.Count; i++)
        {
            if (samples[i].Timestamp <= samples[i - 1].Timestamp)
                return false;
        }

        return true;
    }
}
