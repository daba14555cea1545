using System.Security.Authentication;

namespace EndpointMtls;

/// <summary>Who we are and whom we trust in one realm. All files are PEM.</summary>
/// <remarks>Relative paths are taken from the current directory; in a YAML file, from the folder of that file.</remarks>
public sealed class TlsOptions
{
    /// <summary>The client certificate, followed by its intermediates if it has any. YAML: <c>cert_file</c>.</summary>
    /// <value>Defaults to none: the server is verified, and we present no certificate.</value>
    public string? CertFile { get; set; }

    /// <summary>The private key of the client certificate: RSA or ECDSA, unencrypted. YAML: <c>key_file</c>.</summary>
    /// <value>Required with <see cref="CertFile"/>, and refused without it.</value>
    public string? KeyFile { get; set; }

    /// <summary>The certificate authorities that may vouch for servers; at least one must be self-signed. YAML: <c>ca_file</c>.</summary>
    /// <value>Required. The system's certificate authorities are never used.</value>
    public string? CaFile { get; set; }

    /// <summary>The name expected in the server's certificate, also sent as SNI. YAML: <c>server_name</c>.</summary>
    /// <value>Defaults to the host of the address.</value>
    public string? ServerName { get; set; }

    /// <summary>The lowest TLS version to accept: <see cref="SslProtocols.Tls12"/> or <see cref="SslProtocols.Tls13"/>. YAML: <c>min_version</c>, <c>"1.2"</c> or <c>"1.3"</c>.</summary>
    /// <value>Defaults to <see cref="SslProtocols.Tls13"/>.</value>
    public SslProtocols MinVersion { get; set; } = SslProtocols.Tls13;
}
