using System.Net;
using EndpointMtls;
using StoreNode.Storage;

namespace StoreNode;

/// <summary>What the command line asks for.</summary>
internal sealed record StoreNodeOptions
{
    public IPEndPoint Address { get; init; } = new(IPAddress.Loopback, 10901);

    /// <summary>Null for plaintext.</summary>
    public ServerTlsOptions? Tls { get; init; }

    public string Security => Tls switch { null => "plaintext", { ClientAuthType: null } => "TLS", _ => "mTLS" };

    /// <summary>The labels that every series carries, so that a querier can tell stores apart.</summary>
    public Labels ExternalLabels { get; init; } = Labels.Empty;

    public string Component { get; init; } = "store";

    public TimeSpan SampleInterval { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan Retention { get; init; } = TimeSpan.FromHours(2);

    public bool ExitWithStdin { get; init; }

    /// <summary>From which level on to tell of certificates and connections.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Warning;
}
