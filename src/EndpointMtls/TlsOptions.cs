using System.Security.Authentication;

namespace EndpointMtls;

/// <summary>The TLS settings of a realm: client certificate, trust anchors, versions and rotation. All files are PEM (RFC 7468).</summary>
/// <remarks>Relative paths are relative to the current directory; in a YAML file, to the folder of that file.</remarks>
public sealed class TlsOptions
{
    /// <summary>Whether connections use TLS. YAML: <c>enabled</c>.</summary>
    /// <value>
    /// Defaults to <see langword="true"/>. <see langword="false"/> means plaintext, and is rejected together with any other option.
    /// </value>
    public bool Enabled { get; set; } = true;

    /// <summary>The file with the client certificate, followed by its intermediate certificates. YAML: <c>cert_file</c>.</summary>
    /// <value>Defaults to none: no client certificate is sent.</value>
    public string? CertFile { get; set; }

    /// <summary>
    /// The file with the private key of the client certificate, RSA or ECDSA. It may be the same file. YAML: <c>key_file</c>.
    /// </summary>
    /// <value>Required with <see cref="CertFile"/>, and rejected without it.</value>
    public string? KeyFile { get; set; }

    /// <summary>The file with the password of the private key. The key is then encrypted PKCS#8. YAML: <c>key_password_file</c>.</summary>
    /// <value>Defaults to none: the key is not encrypted.</value>
    public string? KeyPasswordFile { get; set; }

    /// <summary>
    /// The CA certificates that servers are verified with, in place of those of the system: files, or folders whose <c>.pem</c>,
    /// <c>.crt</c> and <c>.cer</c> files are read. At least one certificate must be self-signed. YAML: <c>ca_file</c>, one path or a list.
    /// </summary>
    /// <value>
    /// Required, unless <see cref="UseSystemRoots"/> or <see cref="InsecureSkipVerify"/> is set. Rejected together with either.
    /// </value>
    public IList<string> CaFile { get; } = [];

    /// <summary>
    /// The certificate revocation lists (CRLs) of the CAs that issue servers' certificates: files in PEM or DER, or folders whose
    /// <c>.crl</c> and <c>.pem</c> files are read. A server whose chain has a revoked certificate is rejected. YAML: <c>crl_file</c>, one
    /// path or a list.
    /// </summary>
    /// <value>Defaults to none: revocation is not checked. Rejected together with <see cref="InsecureSkipVerify"/>.</value>
    public IList<string> CrlFile { get; } = [];

    /// <summary>Whether each CA of a server's chain must have a current CRL. YAML: <c>crl_mode</c>.</summary>
    /// <value>Defaults to <see cref="CrlMode.Prefer"/>. <see cref="CrlMode.Require"/> needs <see cref="CrlFile"/>.</value>
    public CrlMode CrlMode { get; set; }

    /// <summary>
    /// Whether servers are verified with the CA certificates of the system, in place of <see cref="CaFile"/>.
    /// YAML: <c>use_system_roots</c>.
    /// </summary>
    /// <value>Defaults to <see langword="false"/>.</value>
    public bool UseSystemRoots { get; set; }

    /// <summary>
    /// Whether any server certificate is accepted without verification. Connections are then encrypted, but open to a man-in-the-middle
    /// attack. A warning is logged, and all descriptions show it. YAML: <c>insecure_skip_verify</c>.
    /// </summary>
    /// <value>Defaults to <see langword="false"/>: servers are verified.</value>
    public bool InsecureSkipVerify { get; set; }

    /// <summary>
    /// Whether weak certificates are accepted from servers, and in the files of the realm: RSA keys below 2048 bits, other curves than
    /// P-256, P-384 and P-521, DSA, and signatures with MD5 or SHA-1. Such certificates can be forged. A warning is logged, and all
    /// descriptions show it. YAML: <c>allow_weak_certificates</c>.
    /// </summary>
    /// <value>Defaults to <see langword="false"/>: they are rejected as <see cref="ConnectionFailureReason.WeakCertificate"/>.</value>
    public bool AllowWeakCertificates { get; set; }

    /// <summary>
    /// Whether the common name of a server's certificate is compared if the certificate has no subject alternative name extension. RFC
    /// 9525 forbids this; some guides still create such certificates. YAML: <c>verify_common_name</c>.
    /// </summary>
    /// <value>Defaults to <see langword="false"/>: only subject alternative names are compared.</value>
    public bool VerifyCommonName { get; set; }

    /// <summary>
    /// Patterns for subject alternative names: a server is accepted only if one matches a name in its certificate. They replace the
    /// comparison with the host of the address. With <see cref="ServerName"/>, the certificate must have that name as well. For the forms
    /// of a pattern, see <see cref="SanPattern"/>. YAML: <c>server_allowed_sans</c>.
    /// </summary>
    /// <value>Defaults to none: the certificate must be for the host of the address, or for <see cref="ServerName"/>.</value>
    public IList<string> ServerAllowedSans { get; } = [];

    /// <summary>
    /// Pins of public keys, as <c>sha256/</c> and the Base64 of the SHA-256 of a SubjectPublicKeyInfo (RFC 7469): a server is accepted only
    /// if its chain contains a certificate with one of these keys. All other checks remain. YAML: <c>pins</c>.
    /// </summary>
    /// <value>Defaults to none. A single pin causes a warning, because without a backup a lost key needs a change of all clients.</value>
    public IList<string> Pins { get; } = [];

    /// <summary>The name that the server's certificate must have. It is also sent as SNI (RFC 6066). YAML: <c>server_name</c>.</summary>
    /// <value>Defaults to the host of the address.</value>
    public string? ServerName { get; set; }

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

    /// <summary>
    /// How often the files are checked for changes, ±10 %. Handshakes and file system events also start a check, handshakes at most one a
    /// second. YAML: <c>check_interval</c>.
    /// </summary>
    /// <value>Defaults to 10 seconds. From 1 second to 1 hour.</value>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The time within which the channels of the realm reconnect after a rotation, each at a random moment. Channels without open
    /// connections use the new certificates immediately. YAML: <c>rotation_jitter</c>.
    /// </summary>
    /// <value>Defaults to 30 seconds. From zero to 1 hour.</value>
    public TimeSpan RotationJitter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long running calls may use connections with earlier certificates after a rotation. Then the connections are aborted.
    /// YAML: <c>drain_timeout</c>.
    /// </summary>
    /// <value>Defaults to 5 minutes. From zero to 24 hours.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long CA certificates stay trusted after they are removed from <see cref="CaFile"/>. This time is kept in memory: after a
    /// restart, only the certificates in the files are trusted. YAML: <c>ca_overlap</c>.
    /// </summary>
    /// <value>Defaults to zero. At most 30 days.</value>
    public TimeSpan CaOverlap { get; set; }

    /// <summary>What happens to open connections to servers that are no longer trusted. YAML: <c>on_trust_removed</c>.</summary>
    /// <value>Defaults to <see cref="TrustRemovedAction.Drain"/>.</value>
    public TrustRemovedAction OnTrustRemoved { get; set; }

    /// <summary>What new connections do when the client certificate has expired. YAML: <c>on_expired</c>.</summary>
    /// <value>Defaults to <see cref="ExpiredAction.Serve"/>.</value>
    public ExpiredAction OnExpired { get; set; }

    /// <summary>
    /// How long before the expiry of a certificate its renewal is overdue: log and health check then warn. This applies to the client
    /// certificate, its intermediates, the CA certificates and the certificates of servers. YAML: <c>expiry_warning</c>.
    /// </summary>
    /// <value>
    /// Defaults to <see langword="null"/>: a tenth of the validity period of each certificate, at most 30 days. Zero reports only the
    /// expiry itself. At most 10 years.
    /// </value>
    public TimeSpan? ExpiryWarning { get; set; }

    /// <summary>
    /// What calls do after a rotation if connections with the new client certificate fail, for example because the server rejects it.
    /// YAML: <c>on_identity_rejected</c>.
    /// </summary>
    /// <value>
    /// Defaults to <see cref="IdentityRejectedAction.KeepPrevious"/>. <see cref="EndpointDescription.RotationFailure"/> and the health
    /// check then say why.
    /// </value>
    public IdentityRejectedAction OnIdentityRejected { get; set; }
}
