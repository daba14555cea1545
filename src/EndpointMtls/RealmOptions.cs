using EndpointMtls.Documents;

namespace EndpointMtls;

/// <summary>A realm: a trust domain, the addresses that belong to it, and how connections to them are secured.</summary>
public sealed class RealmOptions
{
    /// <summary>The name of the realm in logs, metrics, errors and descriptions, and the key of its services. YAML: <c>name</c>.</summary>
    /// <value>Defaults to the position of the realm in the configuration, for example <c>realms[0]</c>.</value>
    public string? Name { get; set; }

    /// <summary>
    /// Patterns for addresses that no realm lists: <c>host:port</c>, <c>host</c>, <c>*.suffix</c>, <c>*</c>, an IP range such as
    /// <c>10.8.0.0/16</c>, <c>:port</c> or <c>unix:/path</c>. A host, suffix, range or <c>*</c> may have a port, as in
    /// <c>*.example.com:443</c>. The first realm with a matching pattern is used. YAML: <c>match</c>.
    /// </summary>
    /// <value>
    /// Defaults to none. A realm needs patterns, endpoints or files that list endpoints, unless a server uses its certificate.
    /// </value>
    public IList<string> Match { get; } = [];

    /// <summary>The TLS settings. YAML: <c>tls_config</c>.</summary>
    /// <value>Defaults to none: connections are plaintext, and a log message says so once for each realm.</value>
    public TlsOptions? TlsConfig { get; set; }

    /// <summary>
    /// The addresses of this realm. They belong to it, even if a pattern of another realm matches them. Discovery addresses are DNS names
    /// to look up: <c>dns+host:port</c>, <c>dnsdualstack+host:port</c>, <c>dnssrv+name</c> and <c>dnssrvnoa+name</c>.
    /// YAML: <c>endpoints</c>.
    /// </summary>
    /// <value>Defaults to none.</value>
    public IList<string> Endpoints { get; } = [];

    /// <summary>Whether the endpoints stay in use while they fail, so that their failure is visible. YAML: <c>mode: strict</c>.</summary>
    /// <value>Not strict by default: an endpoint is used while it is healthy.</value>
    public bool Strict { get; set; }

    /// <summary>Files that list more endpoints, in the format of Prometheus file_sd_config. YAML: <c>endpoints_sd_files</c>.</summary>
    /// <value>Defaults to none. Requires the endpoint set of <c>AddEndpointSet</c>. Rejected for a strict realm.</value>
    public IList<FileSdOptions> EndpointsSdFiles { get; } = [];

    /// <summary>
    /// Whether all addresses that a name resolves to are one endpoint with one channel. Calls are balanced over them, round robin by
    /// default. YAML: <c>group</c>.
    /// </summary>
    /// <value>Defaults to <see langword="false"/>. Has no effect on IP addresses and Unix domain sockets.</value>
    public bool Group { get; set; }

    /// <summary>The gRPC service config of a <see cref="Group"/>, as JSON. YAML: <c>service_config</c>.</summary>
    /// <value>Defaults to none. A setting that Grpc.Net.Client ignores is rejected.</value>
    public string? ServiceConfig { get; set; }

    /// <summary>
    /// Whether the endpoint set probes the endpoints with the registered <see cref="IEndpointProbe"/>. YAML: <c>probe</c>.
    /// </summary>
    /// <value>Defaults to <see langword="true"/>. Endpoints that are not probed are always used.</value>
    public bool Probe { get; set; } = true;

    /// <summary>
    /// How long opening a connection may take, from the socket to the end of the TLS handshake. The lookup of a host name before that
    /// may take as long. YAML: <c>connect_timeout</c>.
    /// </summary>
    /// <value>Defaults to 20 seconds. From 100 milliseconds to 1 hour.</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The interval of HTTP/2 pings on a connection from which nothing is received. A connection whose peer does not answer is closed,
    /// and its calls fail with <c>Unavailable</c>. Servers may reject frequent pings. YAML: <c>keepalive_time</c>.
    /// </summary>
    /// <value>
    /// Defaults to 5 minutes, which grpc-go allows. From 1 second to 24 hours. <see langword="null"/>, or <c>0</c> in YAML: no pings.
    /// </value>
    public TimeSpan? KeepaliveTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the peer may take to answer an HTTP/2 ping. YAML: <c>keepalive_timeout</c>.</summary>
    /// <value>Defaults to 20 seconds. From 1 second to 1 hour.</value>
    public TimeSpan KeepaliveTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Whether HTTP/2 pings are also sent while no call runs. YAML: <c>keepalive_without_calls</c>.</summary>
    /// <value>
    /// Defaults to <see langword="false"/>. A grpc-go server closes connections because of such pings, unless it permits them.
    /// </value>
    public bool KeepaliveWithoutCalls { get; set; }

    /// <summary>How long a connection without calls stays open. YAML: <c>idle_timeout</c>.</summary>
    /// <value>
    /// Defaults to 30 minutes. From 1 second to 30 days. <see langword="null"/>, or <c>0</c> in YAML: until the peer closes it.
    /// </value>
    public TimeSpan? IdleTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>The maximum size of a message that is sent, in bytes. YAML: <c>max_send_message_size</c>, such as <c>16MiB</c>.</summary>
    /// <value>Defaults to <see langword="null"/>: no limit. From 1 to 2147483647.</value>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>
    /// The maximum size of a message that is received, in bytes. YAML: <c>max_receive_message_size</c>, such as <c>16MiB</c>.
    /// </summary>
    /// <value>Defaults to <see langword="null"/>: 4 MiB, as in gRPC. From 1 to 2147483647.</value>
    public int? MaxReceiveMessageSize { get; set; }

    internal RealmOrigin? Origin { get; init; }
}
