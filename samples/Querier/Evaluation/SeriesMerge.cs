using Thanos.Chunks;

namespace Querier.Evaluation;

/// <summary>Brings together what several stores have of the same series.</summary>
internal static class SeriesMerge
{
    /// <summary>One series per set of labels, sorted by them.</summary>
    public static IReadOnlyList<TimeSeries> Merge(IEnumerable<TimeSeries> series) =>
    [
        .. series.GroupBy(one => one.Labels)
            .Select(same => new TimeSeries(same.Key, Union(same.Select(one => one.Samples))))
            .OrderBy(one => one.Labels),
    ];

    /// <summary>All samples in order of time; of several at the same time the first counts.</summary>
    public static IReadOnlyList<Sample> Union(IEnumerable<IEnumerable<Sample>> parts) =>
        [.. parts.SelectMany(samples => samples).DistinctBy(sample => sample.Timestamp).OrderBy(sample => sample.Timestamp)];
}
