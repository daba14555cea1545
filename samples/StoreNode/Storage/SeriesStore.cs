using System.Collections.Concurrent;
using Thanos.Api;
using Thanos.Chunks;

namespace StoreNode.Storage;

/// <summary>All series in memory. For one writer and any number of concurrent readers.</summary>
internal sealed class SeriesStore
{
    private readonly ConcurrentDictionary<Labels, TimeSeries> _series = new();

    /// <summary>The time of the oldest sample; <see cref="long.MaxValue"/> if there is none.</summary>
    public long MinTime => Select([], TimeRange.All).Select(found => found.Chunks[0].MinTime).DefaultIfEmpty(long.MaxValue).Min();

    public void Append(Labels labels, Sample sample) =>
        _series.GetOrAdd(labels, added => new TimeSeries(added)).Append(sample);

    public void DropBefore(long time)
    {
        foreach (var series in _series.Values)
            series.DropBefore(time);
    }

    /// <summary>Selects the series that match all matchers and have samples in the range, in no order.</summary>
    public IEnumerable<(Labels Labels, IReadOnlyList<AggrChunk> Chunks)> Select(
        IReadOnlyCollection<Matcher> matchers, TimeRange range, CancellationToken cancellation = default) =>
        from series in _series.Values
        where matchers.All(matcher => Matches(matcher, series.Labels, cancellation))
        let chunks = series.Read(range)
        where chunks.Count > 0
        select (series.Labels, chunks);

    private static bool Matches(Matcher matcher, Labels labels, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return matcher.Matches(labels);
    }
}
