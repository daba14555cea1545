using Thanos.Chunks;

namespace Querier.Evaluation;

/// <summary>Merges series that differ only in their replica labels.</summary>
/// <remarks>
/// Replicas sample at slightly different times, so mixing their samples would double the rate and make counters jump. The samples of
/// one replica are used until it has a gap: its next sample is more than two intervals away. Then the replica with the next sample is
/// used.
/// </remarks>
internal static class Deduplication
{
    public static IReadOnlyList<TimeSeries> Apply(IEnumerable<TimeSeries> series, IReadOnlySet<string> replicaLabels, CancellationToken cancellation = default) =>
    [
        .. series.GroupBy(one => one.Labels.Without(replicaLabels))
            .Select(replicas => new TimeSeries(replicas.Key, Follow([.. replicas.Select(one => one.Samples)], cancellation)))
            .OrderBy(one => one.Labels),
    ];

    private static IReadOnlyList<Sample> Follow(IReadOnlyList<IReadOnlyList<Sample>> replicas, CancellationToken cancellation)
    {
        if (replicas.Count == 1)
            return replicas[0];

        var followed = new List<Sample>();
        var positions = new int[replicas.Count];
        var current = -1;
        var interval = UsualInterval(replicas);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var next = current >= 0 && Continues(replicas[current], positions[current], followed[^1], interval) ? current : First(replicas, positions);
            if (next < 0)
                return followed;

            var sample = replicas[next][positions[next]];
            if (next == current)
                interval = sample.Timestamp - followed[^1].Timestamp;
            current = next;
            followed.Add(sample);
            for (var i = 0; i < positions.Length; i++)
                positions[i] = PositionAfter(replicas[i], positions[i], sample.Timestamp);
        }
    }

    private static bool Continues(IReadOnlyList<Sample> replica, int position, Sample last, long interval) =>
        position < replica.Count && replica[position].Timestamp - last.Timestamp <= 2 * interval;

    /// <summary>The initial interval: the median of the replica that samples most often.</summary>
    private static long UsualInterval(IReadOnlyList<IReadOnlyList<Sample>> replicas) => replicas
        .Where(replica => replica.Count > 1)
        .Select(replica => replica.Zip(replica.Skip(1), (one, next) => next.Timestamp - one.Timestamp).Order().ElementAt((replica.Count - 1) / 2))
        .DefaultIfEmpty(long.MaxValue / 4)
        .Min();

    private static int First(IReadOnlyList<IReadOnlyList<Sample>> replicas, int[] positions) => Enumerable.Range(0, replicas.Count)
        .Where(i => positions[i] < replicas[i].Count)
        .OrderBy(i => replicas[i][positions[i]].Timestamp)
        .FirstOrDefault(-1);

    private static int PositionAfter(IReadOnlyList<Sample> replica, int position, long timestamp)
    {
        while (position < replica.Count && replica[position].Timestamp <= timestamp)
            position++;
        return position;
    }
}
