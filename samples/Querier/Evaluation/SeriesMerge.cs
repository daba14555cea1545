using Thanos.Chunks;

namespace Querier.Evaluation;

/// <summary>Merges the series of several stores.</summary>
internal static class SeriesMerge
{
    /// <summary>Returns one series per label set, sorted by labels.</summary>
    public static IReadOnlyList<TimeSeries> Merge(IEnumerable<TimeSeries> series) =>
    [
        .. series.GroupBy(one => one.Labels)
            .Select(same => new TimeSeries(same.Key, Union(same.Select(one => one.Samples))))
            .OrderBy(one => one.Labels),
    ];

    /// <summary>Merges samples in time order. For equal times, the first sample is used.</summary>
    public static IReadOnlyList<Sample> Union(IEnumerable<IEnumerable<Sample>> parts) =>
        [.. parts.SelectMany(samples => samples).DistinctBy(sample => sample.Timestamp).OrderBy(sample => sample.Timestamp)];
}
