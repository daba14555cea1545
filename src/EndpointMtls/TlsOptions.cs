using System.Security.Authentication;

namespace EndpointMtls;

/// <summary>Who we are and whom we trust in one realm, and how changes of that are taken over. All files are PEM.</summary>
/// <remarks>Relative paths are taken from the current directory; in a YAML file, from the folder of that file.</remarks>
public sealed class TlsOptions
{
    /// <summary>Whether connections are secured at all. YAML: <c>enabled</c>.</summary>
    /// <value>Defaults to <see langword="true"/>. <see langword="false"/> means plaintext, and is refused beside anything else.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>The client certificate, followed by its intermediates if it has any. YAML: <c>cert_file</c>.</summary>
    /// <value>Defaults to none: the server is verified, and we present no certificate.</value>
    public string? CertFile { get; set; }

    /// <summary>The private key of the client certificate, RSA or ECDSA; it may stand in the same file. YAML: <c>key_file</c>.</summary>
    /// <value>Required with <see cref="CertFile"/>, and refused without it.</value>
    public string? KeyFile { get; set; }

    /// <summary>A file with the password of the private key, which is then encrypted PKCS#8. YAML: <c>key_password_file</c>.</summary>
    /// <value>Defaults to none: the key is not encrypted.</value>
    public string? KeyPasswordFile { get; set; }

    /// <summary>
    /// The certificate authorities that may vouch for servers: files, and folders of which every <c>.pem</c>, <c>.crt</c>
    /// and <c>.cer</c> file counts. At least one must be self-signed. YAML: <c>ca_file</c>, one path or a list.
    /// </summary>
    /// <value>Required, unless <see cref="UseSystemRoots"/> or <see cref="InsecureSkipVerify"/> says otherwise; refused beside either.</value>
    public IList<string> CaFile { get; } = [];

    /// <summary>Whether the certificate authorities of the system may vouch for servers, in place of <see cref="CaFile"/>. YAML: <c>use_system_roots</c>.</summary>
    /// <value>Defaults to <see langword="false"/>: the system's certificate authorities are not used.</value>
    public bool UseSystemRoots { get; set; }

    /// <summary>
    /// Whether any certificate of a server is accepted: connections are encrypted, but nobody knows with whom. Logged as a
    /// warning, and shown by every description. YAML: <c>insecure_skip_verify</c>.
    /// </summary>
    /// <value>Defaults to <see langword="false"/>: servers are verified.</value>
    public bool InsecureSkipVerify { get; set; }

    /// <summary>The name expected in the server's certificate, also sent as SNI. YAML: <c>server_name</c>.</summary>
    /// <value>Defaults to the host of the address.</value>
    public string? ServerName { get; set; }

    /// <summary>The lowest TLS version to accept: <see cref="SslProtocols.Tls12"/> or <see cref="SslProtocols.Tls13"/>. YAML: <c>min_version</c>, <c>"1.2"</c> or <c>"1.3"</c>.</summary>
    /// <value>Defaults to <see cref="SslProtocols.Tls13"/>.</value>
    public SslProtocols MinVersion { get; set; } = SslProtocols.Tls13;

    /// <summary>The highest TLS version to accept: <see cref="SslProtocols.Tls12"/> or <see cref="SslProtocols.Tls13"/>. YAML: <c>max_version</c>, <c>"1.2"</c> or <c>"1.3"</c>.</summary>
    /// <value>Defaults to <see cref="SslProtocols.Tls13"/>. Rejected below <see cref="MinVersion"/>.</value>
    public SslProtocols MaxVersion { get; set; } = SslProtocols.Tls13;

    /// <summary>How often the files are looked at without occasion, give or take a tenth; handshakes look at most once a second. YAML: <c>check_interval</c>.</summary>
    /// <value>Defaults to 10 seconds. From 1 second to 1 hour.</value>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Within how long the channels of the realm move to new certificates, each at a random moment. New connections use them at once. YAML: <c>rotation_jitter</c>.</summary>
    /// <value>Defaults to 30 seconds. From zero to 1 hour.</value>
    public TimeSpan RotationJitter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long calls may go on over connections made with certificates that have been replaced, before they are cut. YAML: <c>drain_timeout</c>.</summary>
    /// <value>Defaults to 5 minutes. From zero to 24 hours.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long certificate authorities stay trusted after they have left <see cref="CaFile"/>, so that roots can be
    /// replaced in any order. Kept in memory: a restart trusts what the files say. YAML: <c>ca_overlap</c>.
    /// </summary>
    /// <value>Defaults to zero. At most 30 days.</value>
    public TimeSpan CaOverlap { get; set; }

    /// <summary>What becomes of connections to servers whose certificate authority is no longer trusted. YAML: <c>on_trust_removed</c>.</summary>
    /// <value>Defaults to <see cref="TrustRemovedAction.Drain"/>.</value>
    public TrustRemovedAction OnTrustRemoved { get; set; }

    /// <summary>What becomes of new connections once our own certificate has expired. YAML: <c>on_expired</c>.</summary>
    /// <value>Defaults to <see cref="ExpiredAction.Serve"/>.</value>
    public ExpiredAction OnExpired { get; set; }
}
