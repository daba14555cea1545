using EndpointMtls.Documents;

namespace EndpointMtls;

/// <summary>A trust domain: which addresses belong to it, and how they are reached.</summary>
public sealed class RealmOptions
{
    /// <summary>The name used in logs, errors and descriptions. YAML: <c>name</c>.</summary>
    /// <value>Defaults to the realm's place in the configuration, for example <c>realms[0]</c>.</value>
    public string? Name { get; set; }

    /// <summary>
    /// Patterns for addresses that are asked for without being listed: <c>host:port</c>, <c>host</c>,
    /// <c>*.suffix</c>, <c>*</c>, an address range such as <c>10.8.0.0/16</c>, each with or without <c>:port</c>, <c>:port</c>
    /// alone, or <c>unix:/path</c>. YAML: <c>match</c>.
    /// </summary>
    /// <value>Defaults to none. A realm has patterns, endpoints, files that list them, or several of these.</value>
    public IList<string> Match { get; } = [];

    /// <summary>How connections are secured. YAML: <c>tls_config</c>.</summary>
    /// <value>Defaults to none, which means plaintext; this is logged once per realm.</value>
    public TlsOptions? TlsConfig { get; set; }

    /// <summary>
    /// The addresses that belong to this realm, whatever any pattern says, and the names to look more of them up under:
    /// <c>dns+host:port</c>, <c>dnsdualstack+host:port</c>, <c>dnssrv+name</c> and <c>dnssrvnoa+name</c>. YAML: <c>endpoints</c>.
    /// </summary>
    /// <value>Defaults to none.</value>
    public IList<string> Endpoints { get; } = [];

    /// <summary>Whether the endpoints stay in use while they fail, so that their absence is noticed. YAML: <c>mode: strict</c>.</summary>
    /// <value>Not by default: an endpoint is used while it is healthy.</value>
    public bool Strict { get; set; }

    /// <summary>Files that list further endpoints, in the format of Prometheus' file_sd. YAML: <c>endpoints_sd_files</c>.</summary>
    /// <value>Defaults to none. They are followed by the set that <c>AddEndpointSet</c> registers. A strict realm has none.</value>
    public IList<FileSdOptions> EndpointsSdFiles { get; } = [];

    /// <summary>Whether the addresses an endpoint resolves to share one channel, over which calls are balanced round robin. YAML: <c>group</c>.</summary>
    /// <value>Defaults to <see langword="false"/>. IP addresses and sockets, which lead to nothing else, are no groups.</value>
    public bool Group { get; set; }

    /// <summary>The gRPC service config of a <see cref="Group"/>, as JSON. YAML: <c>service_config</c>.</summary>
    /// <value>Defaults to none. What Grpc.Net.Client would ignore is refused.</value>
    public string? ServiceConfig { get; set; }

    /// <summary>Whether the endpoints of a set are probed by the registered <see cref="IEndpointProbe"/>. YAML: <c>probe</c>.</summary>
    /// <value>Defaults to <see langword="true"/>. Endpoints that are not probed are always used.</value>
    public bool Probe { get; set; } = true;

    internal RealmOrigin? Origin { get; init; }
}
