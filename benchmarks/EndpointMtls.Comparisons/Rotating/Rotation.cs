using EndpointMtls.Comparisons.Measuring;

namespace EndpointMtls.Comparisons.Rotating;

/// <summary>What one rotation came to.</summary>
/// <param name="Failed">How many calls failed, before it and during it.</param>
/// <param name="Before">While nothing changed.</param>
/// <param name="During">From the writing of the files until the server had seen the new certificate on every channel.</param>
/// <param name="Duration">How long that took.</param>
internal sealed record Rotation(int Failed, Stretch Before, Stretch During, TimeSpan Duration);

/// <summary>The calls of a stretch of time.</summary>
/// <param name="Calls">How many there were.</param>
/// <param name="P99">In microseconds.</param>
/// <param name="P999">In microseconds: where there are a hundred calls for each channel that moves, those that wait for a handshake are beyond the other.</param>
/// <param name="Cpu">Of all processes, in microseconds for each call.</param>
internal sealed record Stretch(int Calls, double P99, double P999, double Cpu)
{
    public static Stretch Of(IEnumerable<Call> calls, TimeSpan cpu)
    {
        var times = new Latencies(calls.Select(call => call.Ended - call.Begun));
        return new Stretch(times.Count, times.Microseconds(0.99), times.Microseconds(0.999), cpu.TotalMicroseconds / times.Count);
    }
}
