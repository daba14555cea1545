using Thanos.Chunks;

namespace Samples.Tests.Thanos;

/// <summary>Edge cases for a codec. Random series are the same in each run.</summary>
internal static class TrickySeries
{
    private static readonly double StaleMarker = BitConverter.UInt64BitsToDouble(0x7FF0_0000_0000_0002);

    public static IEnumerable<TestCaseData> All()
    {
        yield return Named("One_sample", [new Sample(long.MaxValue, Math.PI)]);
        yield return Named("Constant", Every(1000, 120, _ => 1));
        yield return Named("Counter", Every(1000, 500, i => i * 17));
        yield return Named("Sine", Every(15_000, 500, i => Math.Sin(i / 10.0)));
        yield return Named("Edges", Every(1, 12, i => Edges[i]));
        yield return Named("Times_far_apart", [new(long.MinValue, 0), new(long.MaxValue, 1), new(0, 2), new(long.MinValue, 3)]);
        for (var seed = 0; seed < 20; seed++)
            yield return Named($"Random_{seed}", Random(seed, 2000));
    }

    public static Sample[] Random(int seed, int count)
    {
        var random = new Random(seed);
        var (timestamp, value) = (random.NextInt64(2_000_000_000_000), 0.0);
        return Enumerable.Range(0, count).Select(_ =>
        {
            timestamp += random.NextInt64(1L << random.Next(1, 40));
            value = random.Next(5) switch
            {
                0 => value,
                1 => value + 1,
                2 => random.NextDouble(),
                3 => Edges[random.Next(Edges.Length)],
                _ => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
            };
            return new Sample(timestamp, value);
        }).ToArray();
    }

    private static double[] Edges =>
    [
        0, -0.0, double.NaN, StaleMarker, double.PositiveInfinity, double.NegativeInfinity,
        double.Epsilon, double.MaxValue, double.MinValue, -double.NaN, 1, BitConverter.UInt64BitsToDouble(ulong.MaxValue),
    ];

    private static Sample[] Every(long interval, int count, Func<int, double> value) =>
        Enumerable.Range(0, count).Select(i => new Sample(1_700_000_000_000 + i * interval, value(i))).ToArray();

    private static TestCaseData Named(string name, Sample[] samples) => new TestCaseData(samples).SetArgDisplayNames(name);
}
