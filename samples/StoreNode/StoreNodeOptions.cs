using System.Net;
using EndpointMtls;
using StoreNode.Storage;
using Thanos.Logging;

namespace StoreNode;

/// <summary>The options of the command line.</summary>
internal sealed record StoreNodeOptions
{
    public IPEndPoint Address { get; init; } = new(IPAddress.Loopback, 10901);

    /// <summary>The TLS settings; null for plaintext.</summary>
    public ServerTlsOptions? Tls { get; init; }

    public string Security => Tls switch { null => "plaintext", { ClientAuthType: null } => "TLS", _ => "mTLS" };

    /// <summary>The external labels of all series, by which a querier distinguishes stores.</summary>
    public Labels ExternalLabels { get; init; } = Labels.Empty;

    public string Component { get; init; } = "store";

    public TimeSpan SampleInterval { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(2);

    public bool ExitWithStdin { get; init; }

    /// <summary>The minimum level of logs.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;

    public LogFormat LogFormat { get; init; }
}
