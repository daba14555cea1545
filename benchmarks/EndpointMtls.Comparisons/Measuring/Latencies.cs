using System.Diagnostics;

namespace EndpointMtls.Comparisons.Measuring;

/// <summary>The latencies of calls.</summary>
internal sealed class Latencies
{
    private readonly long[] _sorted;

    public Latencies(IEnumerable<long> ticks)
    {
        _sorted = [.. ticks];
        Array.Sort(_sorted);
    }

    public int Count => _sorted.Length;

    /// <summary>Gets a quantile of the latencies.</summary>
    public double Microseconds(double share) =>
        _sorted.Length == 0 ? double.NaN : _sorted[(int)(share * (_sorted.Length - 1))] * 1e6 / Stopwatch.Frequency;
}
