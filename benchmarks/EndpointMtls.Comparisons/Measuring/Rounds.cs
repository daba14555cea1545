namespace EndpointMtls.Comparisons.Measuring;

/// <summary>Measures in turns: each round measures each contender once, and every second round in reverse order.</summary>
internal static class Rounds
{
    /// <returns>For each contender, the results in the order of the rounds.</returns>
    public static async Task<IReadOnlyList<T>[]> RunAsync<T>(int rounds, IReadOnlyList<Func<Task<T>>> contenders, CancellationToken cancellation)
    {
        var results = contenders.Select(_ => new T[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var turn = 0; turn < contenders.Count; turn++)
            {
                cancellation.ThrowIfCancellationRequested();
                var contender = round % 2 == 0 ? turn : contenders.Count - 1 - turn;
                results[contender][round] = await contenders[contender]();
            }
        }

        return results;
    }
}
