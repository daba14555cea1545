using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Documents;

namespace EndpointMtls;

/// <summary>How a server presents itself, whom it lets in, and for how long. All files are PEM.</summary>
/// <remarks>
/// The certificates come from a realm, or from files that are followed in the same way: a server with files of its own is
/// a realm of its own, called after it. Relative paths are taken from the current directory; in a YAML file, from its folder.
/// </remarks>
public sealed class ServerTlsOptions
{
    /// <summary>What the server is called in logs, metrics and errors. YAML: <c>name</c>.</summary>
    /// <value>Defaults to <c>server</c>. Unlike the name of any other server with files of its own, and of any realm.</value>
    public string? Name { get; set; }

    /// <summary>The realm whose certificate is presented and whose authorities vouch for clients. YAML: <c>realm</c>.</summary>
    /// <value>Defaults to none: the server has files of its own. Refused beside any of them, and for a realm that has no name: another may stand in its place tomorrow.</value>
    public string? Realm { get; set; }

    /// <summary>The server's certificate, followed by its intermediates if it has any. YAML: <c>cert_file</c>.</summary>
    /// <value>Required without a <see cref="Realm"/>.</value>
    public string? CertFile { get; set; }

    /// <summary>The private key of the certificate, RSA or ECDSA; it may stand in the same file. YAML: <c>key_file</c>.</summary>
    /// <value>Required without a <see cref="Realm"/>.</value>
    public string? KeyFile { get; set; }

    /// <summary>A file with the password of the private key, which is then encrypted PKCS#8. YAML: <c>key_password_file</c>.</summary>
    /// <value>Defaults to none: the key is not encrypted.</value>
    public string? KeyPasswordFile { get; set; }

    /// <summary>
    /// The certificate authorities that may vouch for clients, and client certificates that are their own: files, and folders
    /// of which every <c>.pem</c>, <c>.crt</c> and <c>.cer</c> file counts. At least one must be self-signed.
    /// YAML: <c>client_ca_file</c>, one path or a list.
    /// </summary>
    /// <value>Defaults to none. Required where <see cref="ClientAuthType"/> verifies, and refused where it does not.</value>
    public IList<string> ClientCaFile { get; } = [];

    /// <summary>What is demanded of the certificates of clients. YAML: <c>client_auth_type</c>.</summary>
    /// <value>
    /// Required with <see cref="ClientCaFile"/>. Otherwise it defaults to <see cref="ClientAuthType.RequireAndVerifyClientCert"/>
    /// with a <see cref="Realm"/>, and to <see cref="ClientAuthType.NoClientCert"/> without.
    /// </value>
    public ClientAuthType? ClientAuthType { get; set; }

    /// <summary>
    /// The clients that are let in, by a name in their certificate: a DNS name or <c>*.suffix</c>, a URI such as a SPIFFE ID or
    /// all beneath it, an IP address or a range, an e-mail address or <c>*@domain</c>; see <see cref="SanPattern"/>.
    /// YAML: <c>client_allowed_sans</c>.
    /// </summary>
    /// <value>Defaults to none: every client that is verified. Refused unless every client must be.</value>
    public IList<string> ClientAllowedSans { get; } = [];

    /// <summary>The lowest TLS version to accept: <see cref="SslProtocols.Tls12"/> or <see cref="SslProtocols.Tls13"/>. YAML: <c>min_version</c>, <c>"1.2"</c> or <c>"1.3"</c>.</summary>
    /// <value>Defaults to <see cref="SslProtocols.Tls13"/>.</value>
    public SslProtocols MinVersion { get; set; } = SslProtocols.Tls13;

    /// <summary>The highest TLS version to accept: <see cref="SslProtocols.Tls12"/> or <see cref="SslProtocols.Tls13"/>. YAML: <c>max_version</c>, <c>"1.2"</c> or <c>"1.3"</c>.</summary>
    /// <value>Defaults to <see cref="SslProtocols.Tls13"/>. Rejected below <see cref="MinVersion"/>.</value>
    public SslProtocols MaxVersion { get; set; } = SslProtocols.Tls13;

    /// <summary>The cipher suites to accept, by their IANA names. YAML: <c>cipher_suites</c>.</summary>
    /// <value>Defaults to none: those of the platform. Refused on Windows, where only the system chooses them, and for suites that HTTP/2 forbids.</value>
    public IList<TlsCipherSuite> CipherSuites { get; } = [];

    /// <summary>How often the files are looked at. YAML: <c>check_interval</c>.</summary>
    /// <value>Defaults to 10 seconds. From 1 second to 1 hour.</value>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long certificate authorities stay trusted after they have left <see cref="ClientCaFile"/>. YAML: <c>ca_overlap</c>.</summary>
    /// <value>Defaults to zero. At most 30 days.</value>
    public TimeSpan CaOverlap { get; set; }

    /// <summary>What becomes of new connections once the server's certificate has expired. YAML: <c>on_expired</c>.</summary>
    /// <value>Defaults to <see cref="ExpiredAction.Serve"/>.</value>
    public ExpiredAction OnExpired { get; set; }

    /// <summary>
    /// How old a connection becomes, give or take a tenth, before its client is asked to make another: HTTP/2 by GOAWAY,
    /// HTTP/1.1 by <c>Connection: close</c>. Running calls go on. YAML: <c>max_connection_age</c>.
    /// </summary>
    /// <value>Defaults to <see langword="null"/>, no limit. Otherwise from 1 second to 365 days; in YAML, <c>0s</c> is no limit.</value>
    public TimeSpan? MaxConnectionAge { get; set; }

    /// <summary>How long running calls may go on after their client was asked to connect again; then they fail as Unavailable. YAML: <c>max_connection_age_grace</c>.</summary>
    /// <value>Defaults to <see langword="null"/>, no limit. Otherwise from 100 milliseconds to 365 days.</value>
    public TimeSpan? MaxConnectionAgeGrace { get; set; }

    /// <summary>
    /// Within how long clients are asked to connect again after the server's certificate has changed, each at a random moment.
    /// YAML: <c>close_on_rotation</c>.
    /// </summary>
    /// <value>Defaults to <see langword="null"/>: connections stay as they are. Otherwise from zero to 24 hours.</value>
    public TimeSpan? CloseOnRotation { get; set; }

    /// <summary>What becomes of a connection when the certificate of its client expires. YAML: <c>on_client_cert_expired</c>.</summary>
    /// <value>Defaults to <see cref="ClientCertificateExpiredAction.Keep"/>. <c>Close</c> is refused where nobody verifies certificates.</value>
    public ClientCertificateExpiredAction OnClientCertExpired { get; set; }

    /// <summary>
    /// What becomes of connections whose client would be let in no more, because its authority has left, or the rules have
    /// changed; its dates do not matter. <c>Close</c> cuts them at once. YAML: <c>on_trust_removed</c>.
    /// </summary>
    /// <value>Defaults to <see cref="TrustRemovedAction.Drain"/>: they stay. <c>Close</c> is refused where nobody verifies certificates.</value>
    public TrustRemovedAction OnTrustRemoved { get; set; }

    internal RealmOrigin? Origin { get; init; }
}
