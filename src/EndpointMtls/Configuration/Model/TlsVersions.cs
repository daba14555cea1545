using System.Security.Authentication;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Model;

/// <summary>The range of TLS versions that one side accepts.</summary>
internal readonly record struct TlsVersions(SslProtocols Min, SslProtocols Max)
{
    public static TlsVersions Of(TlsOptions options) => new(options.MinVersion, options.MaxVersion);

    public static TlsVersions Of(ServerTlsOptions options) => new(options.MinVersion, options.MaxVersion);

    public bool IncludeTls12 => Min == SslProtocols.Tls12;

    public bool IncludeTls13 => Max == SslProtocols.Tls13;

    public SslProtocols Protocols => Min | Max;

    /// <summary>Adds an error if the highest version is lower than the lowest.</summary>
    public void Check(OptionChecks checks)
    {
        if (Max < Min)
        {
            checks.Error(
                ErrorCode.Conflict, ConfigKeys.MaxVersion, $"is lower than '{ConfigKeys.MinVersion}': every handshake would fail",
                $"Remove '{ConfigKeys.MaxVersion}', or lower '{ConfigKeys.MinVersion}'");
        }
    }
}
