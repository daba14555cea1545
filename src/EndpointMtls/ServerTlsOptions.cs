using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Documents;

namespace EndpointMtls;

/// <summary>
/// The TLS settings of a server: its certificate, the clients it accepts, and when it closes connections. All files are PEM (RFC
/// 7468).
/// </summary>
/// <remarks>
/// The certificates come from a realm, or from files of the server. Files of the server are watched in the same way; logs, metrics and
/// health show them as a realm with the name of the server. Relative paths are relative to the current directory; in a YAML file, to the
/// folder of that file.
/// </remarks>
public sealed class ServerTlsOptions
{
    /// <summary>The name of the server in logs, metrics and errors. YAML: <c>name</c>.</summary>
    /// <value>
    /// Defaults to <c>server</c>. Must differ from the names of all realms, and of other servers with their own files. Rejected together
    /// with <see cref="Realm"/>.
    /// </value>
    public string? Name { get; set; }

    /// <summary>
    /// The name of the realm whose certificate is presented and whose CA certificates verify clients. YAML: <c>realm</c>.
    /// </summary>
    /// <value>
    /// Defaults to none: the server has its own files. Rejected together with any file, and for a realm without a configured name.
    /// </value>
    public string? Realm { get; set; }

    /// <summary>The file with the server's certificate, followed by its intermediate certificates. YAML: <c>cert_file</c>.</summary>
    /// <value>Required without a <see cref="Realm"/>.</value>
    public string? CertFile { get; set; }

    /// <summary>The file with the private key of the certificate, RSA or ECDSA. It may be the same file. YAML: <c>key_file</c>.</summary>
    /// <value>Required without a <see cref="Realm"/>.</value>
    public string? KeyFile { get; set; }

    /// <summary>The file with the password of the private key. The key is then encrypted PKCS#8. YAML: <c>key_password_file</c>.</summary>
    /// <value>Defaults to none: the key is not encrypted.</value>
    public string? KeyPasswordFile { get; set; }

    /// <summary>
    /// The CA certificates that clients are verified with, and self-signed client certificates: files, or folders whose <c>.pem</c>,
    /// <c>.crt</c> and <c>.cer</c> files are read. At least one certificate must be self-signed.
    /// YAML: <c>client_ca_file</c>, one path or a list.
    /// </summary>
    /// <value>Defaults to none. Required if <see cref="ClientAuthType"/> verifies clients, otherwise rejected.</value>
    public IList<string> ClientCaFile { get; } = [];

    /// <summary>
    /// The certificate revocation lists (CRLs) of the CAs that issue clients' certificates: files in PEM or DER, or folders whose
    /// <c>.crl</c> and <c>.pem</c> files are read. A client whose chain has a revoked certificate is rejected. YAML:
    /// <c>client_crl_file</c>, one path or a list.
    /// </summary>
    /// <value>
    /// Defaults to none: revocation is not checked. Requires <see cref="ClientCaFile"/>. Rejected together with <see cref="Realm"/>, whose
    /// CRLs apply.
    /// </value>
    public IList<string> ClientCrlFile { get; } = [];

    /// <summary>Whether each CA of a client's chain must have a current CRL. YAML: <c>client_crl_mode</c>.</summary>
    /// <value>
    /// Defaults to <see cref="CrlMode.Prefer"/>. <see cref="CrlMode.Require"/> needs <see cref="ClientCrlFile"/>. Rejected together with
    /// <see cref="Realm"/>, whose mode applies.
    /// </value>
    public CrlMode ClientCrlMode { get; set; }

    /// <summary>The policy for client certificates. YAML: <c>client_auth_type</c>.</summary>
    /// <value>
    /// Required with <see cref="ClientCaFile"/>. Otherwise defaults to <see cref="ClientAuthType.RequireAndVerifyClientCert"/> with a
    /// <see cref="Realm"/>, and to <see cref="ClientAuthType.NoClientCert"/> without.
    /// </value>
    public ClientAuthType? ClientAuthType { get; set; }

    /// <summary>
    /// Patterns for subject alternative names: a client is accepted only if one matches a name in its certificate. A pattern is a DNS name
    /// or <c>*.suffix</c>, a URI such as a SPIFFE ID, a URI prefix with <c>/*</c>, an IP address or range, an e-mail address or
    /// <c>*@domain</c>. YAML: <c>client_allowed_sans</c>.
    /// </summary>
    /// <value>
    /// Defaults to none: every verified client is accepted. Rejected unless <see cref="ClientAuthType"/> is
    /// <see cref="ClientAuthType.RequireAndVerifyClientCert"/>.
    /// </value>
    /// <remarks>For the exact rules, see <see cref="SanPattern"/>.</remarks>
    public IList<string> ClientAllowedSans { get; } = [];

    /// <summary>
    /// Pins of public keys, as <c>sha256/</c> and the Base64 of the SHA-256 of a SubjectPublicKeyInfo (RFC 7469): a client is accepted only
    /// if its chain contains a certificate with one of these keys. All other checks remain. YAML: <c>client_pins</c>.
    /// </summary>
    /// <value>
    /// Defaults to none. Rejected unless <see cref="ClientAuthType"/> is <see cref="ClientAuthType.RequireAndVerifyClientCert"/>. A single
    /// pin causes a warning, because without a backup a lost key needs a change of all servers.
    /// </value>
    public IList<string> ClientPins { get; } = [];

    /// <summary>
    /// Whether weak certificates are accepted from clients, and in the files of the server. They can be forged. A warning is logged, and
    /// all descriptions show it. See <see cref="TlsOptions.AllowWeakCertificates"/>. YAML: <c>allow_weak_certificates</c>.
    /// </summary>
    /// <value>
    /// Defaults to <see langword="false"/>: they are rejected. Rejected together with <see cref="Realm"/>, whose value applies.
    /// </value>
    public bool AllowWeakCertificates { get; set; }

    /// <summary>
    /// The lowest TLS version to accept: <see cref="SslProtocols.Tls12"/> or <see cref="SslProtocols.Tls13"/>.
    /// YAML: <c>min_version</c>, <c>"1.2"</c> or <c>"1.3"</c>.
    /// </summary>
    /// <value>Defaults to <see cref="SslProtocols.Tls13"/>.</value>
    public SslProtocols MinVersion { get; set; } = SslProtocols.Tls13;

    /// <summary>
    /// The highest TLS version to accept: <see cref="SslProtocols.Tls12"/> or <see cref="SslProtocols.Tls13"/>.
    /// YAML: <c>max_version</c>, <c>"1.2"</c> or <c>"1.3"</c>.
    /// </summary>
    /// <value>Defaults to <see cref="SslProtocols.Tls13"/>. Rejected if lower than <see cref="MinVersion"/>.</value>
    public SslProtocols MaxVersion { get; set; } = SslProtocols.Tls13;

    /// <summary>The cipher suites to accept, by IANA name. YAML: <c>cipher_suites</c>.</summary>
    /// <value>
    /// Defaults to none: those of the platform. Rejected on Windows, where only the system can set them, and for suites that HTTP/2
    /// prohibits (RFC 9113, appendix A).
    /// </value>
    public IList<TlsCipherSuite> CipherSuites { get; } = [];

    /// <summary>
    /// How often the files are checked for changes, ±10 %. Handshakes and file system events also start a check, handshakes at most one a
    /// second. YAML: <c>check_interval</c>.
    /// </summary>
    /// <value>Defaults to 10 seconds. From 1 second to 1 hour.</value>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long CA certificates stay trusted after they are removed from <see cref="ClientCaFile"/>. YAML: <c>ca_overlap</c>.
    /// </summary>
    /// <value>Defaults to zero. At most 30 days.</value>
    public TimeSpan CaOverlap { get; set; }

    /// <summary>What new connections do when the server's certificate has expired. YAML: <c>on_expired</c>.</summary>
    /// <value>Defaults to <see cref="ExpiredAction.Serve"/>.</value>
    public ExpiredAction OnExpired { get; set; }

    /// <summary>
    /// How long before the expiry of a certificate its renewal is overdue: log and health check then warn. This applies to the server's
    /// certificate, its intermediates and the CA certificates. YAML: <c>expiry_warning</c>.
    /// </summary>
    /// <value>
    /// Defaults to <see langword="null"/>: a tenth of the validity period of each certificate, at most 30 days. Zero reports only the
    /// expiry itself. At most 10 years.
    /// </value>
    public TimeSpan? ExpiryWarning { get; set; }

    /// <summary>
    /// The age of a connection, ±10 %, at which it is closed gracefully: HTTP/2 by GOAWAY (RFC 9113), HTTP/1.1 by
    /// <c>Connection: close</c>. Running calls may finish. YAML: <c>max_connection_age</c>.
    /// </summary>
    /// <value>Defaults to <see langword="null"/>, no limit. Otherwise from 1 second to 365 days; in YAML, <c>0s</c> is no limit.</value>
    public TimeSpan? MaxConnectionAge { get; set; }

    /// <summary>
    /// How long running calls may continue after a graceful close began. Then the connection is aborted, and they fail as Unavailable.
    /// YAML: <c>max_connection_age_grace</c>.
    /// </summary>
    /// <value>Defaults to <see langword="null"/>, no limit. Otherwise from 100 milliseconds to 365 days.</value>
    public TimeSpan? MaxConnectionAgeGrace { get; set; }

    /// <summary>
    /// The time within which open connections are closed gracefully after the server's certificate was rotated, each at a random moment.
    /// YAML: <c>close_on_rotation</c>.
    /// </summary>
    /// <value>Defaults to <see langword="null"/>: connections stay open. Otherwise from zero to 24 hours.</value>
    public TimeSpan? CloseOnRotation { get; set; }

    /// <summary>
    /// What happens to an open connection when the certificate of its client expires. YAML: <c>on_client_cert_expired</c>.
    /// </summary>
    /// <value>
    /// Defaults to <see cref="ClientConnectionAction.Keep"/>. <see cref="ClientConnectionAction.Close"/> requests the client to
    /// reconnect, as at the maximum age, and is rejected unless <see cref="ClientAuthType"/> verifies clients.
    /// </value>
    public ClientConnectionAction OnClientCertExpired { get; set; }

    /// <summary>
    /// What happens to an open connection whose client would be rejected now: its CA certificate was removed, or the rules of the server
    /// changed. Expiry does not count. YAML: <c>on_trust_removed</c>.
    /// </summary>
    /// <value>
    /// Defaults to <see cref="ClientConnectionAction.Keep"/>. <see cref="ClientConnectionAction.Close"/> aborts the connection
    /// immediately, and is rejected unless <see cref="ClientAuthType"/> verifies clients.
    /// </value>
    public ClientConnectionAction OnTrustRemoved { get; set; }

    internal RealmOrigin? Origin { get; init; }
}
