using System.Net;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Discovery;

/// <summary>What all name lookups share.</summary>
internal sealed record LookupContext(
    IDnsResolver Resolver, TimeSpan Interval, TimeSpan Timeout, TimeProvider TimeProvider, ILogger Logger, EndpointMeter Meter)
{
    /// <summary>Looks up the host name of an address. It is not a discovery name: only the system knows its hosts file.</summary>
    public required HostLookup LookUpHost { get; init; }

    // One lookup may send several queries at once, so this limits sockets and the load of the name servers.
    private const int MaxParallelLookups = 64;

    /// <summary>Bounds how many names are looked up in parallel.</summary>
    public SemaphoreSlim Gate { get; } = new(MaxParallelLookups);
}

/// <summary>Looks up the addresses of a host name.</summary>
internal delegate Task<IPAddress[]> HostLookup(string host);
