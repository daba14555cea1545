using System.Security.Authentication;

namespace EndpointMtls.Configuration.Model;

/// <summary>The TLS versions that one side accepts.</summary>
internal readonly record struct TlsVersions(SslProtocols Min)
{
    public static TlsVersions Of(TlsOptions options) => new(options.MinVersion);

    public static TlsVersions Of(ServerTlsOptions options) => new(options.MinVersion);

    /// <summary>Whether TLS 1.2 is accepted.</summary>
    public bool IncludeTls12 => Min == SslProtocols.Tls12;

    public SslProtocols Protocols => IncludeTls12 ? SslProtocols.Tls12 | SslProtocols.Tls13 : SslProtocols.Tls13;
}
