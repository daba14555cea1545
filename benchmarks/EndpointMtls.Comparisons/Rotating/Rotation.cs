using EndpointMtls.Comparisons.Measuring;

namespace EndpointMtls.Comparisons.Rotating;

/// <summary>The result of one rotation.</summary>
/// <param name="Failed">The number of failed calls, before and during the rotation.</param>
/// <param name="Before">The calls before the rotation.</param>
/// <param name="During">The calls from writing the files until the server saw the new certificate on all channels.</param>
/// <param name="Duration">The duration of the rotation.</param>
internal sealed record Rotation(int Failed, Stretch Before, Stretch During, TimeSpan Duration);

/// <summary>The calls within a period.</summary>
/// <param name="Calls">The number of calls.</param>
/// <param name="P99">The 99th percentile of the latency, in microseconds.</param>
/// <param name="P999">The 99.9th percentile, in microseconds. With a hundred calls per channel, calls that wait for a handshake are above the 99th percentile.</param>
/// <param name="Cpu">The CPU time per call of all processes, in microseconds.</param>
internal sealed record Stretch(int Calls, double P99, double P999, double Cpu)
{
    public static Stretch Of(IEnumerable<Call> calls, TimeSpan cpu)
    {
        var times = new Latencies(calls.Select(call => call.Ended - call.Begun));
        return new Stretch(times.Count, times.Microseconds(0.99), times.Microseconds(0.999), cpu.TotalMicroseconds / times.Count);
    }
}
