using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Discovery;

/// <summary>How names are looked up.</summary>
internal sealed record LookupContext(IDnsResolver Resolver, TimeSpan Interval, TimeSpan Timeout, TimeProvider TimeProvider, ILogger Logger, EndpointMeter Meter)
{
    // Each may ask for several things at once; neither sockets nor DNS servers are without limit.
    private const int MostAtOnce = 64;

    /// <summary>Bounds how many names are looked up at once.</summary>
    public SemaphoreSlim Gate { get; } = new(MostAtOnce);
}
