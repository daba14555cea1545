using System.Net;
using EndpointMtls;

namespace Querier;

/// <summary>What the command line asks for.</summary>
internal sealed record QuerierOptions
{
    /// <summary>Null for the demo, which writes its own.</summary>
    public string? EndpointsConfig { get; init; }

    /// <summary>How often the demo issues its certificates again; null for never.</summary>
    public TimeSpan? DemoRotate { get; init; }

    public IPEndPoint HttpAddress { get; init; } = new(IPAddress.Loopback, 10902);

    public IReadOnlyList<string> ReplicaLabels { get; init; } = [];

    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a store may be silent; zero for as long as it likes.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.Zero;

    /// <summary>How often names are looked up.</summary>
    public TimeSpan DnsInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The DNS servers to ask; none for those of the system.</summary>
    public IReadOnlyList<IPEndPoint> DnsServers { get; init; } = [];

    /// <summary>How long a store that is not strict stays listed while it fails.</summary>
    public TimeSpan UnhealthyTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a store may take to say how it is.</summary>
    public TimeSpan InfoTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public ReadinessPolicy Readiness { get; init; }
}
