using System.Net;
using EndpointMtls;
using Querier.Stores;
using Thanos.Logging;

namespace Querier;

/// <summary>The options of the command line.</summary>
internal sealed record QuerierOptions
{
    /// <summary>The path of the endpoints file; null for the demo, which writes its own.</summary>
    public string? EndpointsConfig { get; init; }

    /// <summary>How often the demo issues new certificates; null for never.</summary>
    public TimeSpan? DemoRotate { get; init; }

    public IPEndPoint HttpAddress { get; init; } = new(IPAddress.Loopback, 10902);

    public IReadOnlyList<string> ReplicaLabels { get; init; } = [];

    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The maximum time between two responses of a store; zero for no limit.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.Zero;

    /// <summary>How often DNS names are looked up.</summary>
    public TimeSpan DnsInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The DNS servers; empty for those of the system.</summary>
    public IReadOnlyList<IPEndPoint> DnsServers { get; init; } = [];

    /// <summary>How long a store that is not strict stays listed after its last successful probe.</summary>
    public TimeSpan UnhealthyTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The timeout of a probe.</summary>
    public TimeSpan InfoTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public ReadinessPolicy Readiness { get; init; }

    /// <summary>The limits for the responses of one store to one query.</summary>
    public ResponseLimits StoreLimits { get; init; } = new(Series: 500_000, Samples: 10_000_000, Bytes: 256 << 20);

    /// <summary>The limits for the responses of all stores to one query. Several times those of a store, so that one store cannot use them up.</summary>
    public ResponseLimits QueryLimits { get; init; } = new(Series: 2_000_000, Samples: 50_000_000, Bytes: 1 << 30);

    /// <summary>The minimum level of logs.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    public LogFormat LogFormat { get; init; }
}
