using System.Security.Authentication;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Model;

/// <summary>The TLS versions that one side accepts: from the lowest to the highest.</summary>
internal readonly record struct TlsVersions(SslProtocols Min, SslProtocols Max)
{
    public static TlsVersions Of(TlsOptions options) => new(options.MinVersion, options.MaxVersion);

    public static TlsVersions Of(ServerTlsOptions options) => new(options.MinVersion, options.MaxVersion);

    public bool IncludeTls12 => Min == SslProtocols.Tls12;

    public bool IncludeTls13 => Max == SslProtocols.Tls13;

    public SslProtocols Protocols => Min | Max;

    /// <summary>Adds an error if the highest version is below the lowest.</summary>
    public void Check(OptionChecks checks, string maxKey)
    {
        if (Max < Min)
        {
            checks.Error(ErrorCode.OutOfRange, maxKey, $"is below '{ConfigKeys.MinVersion}': no connection could be made", $"Remove it, or lower '{ConfigKeys.MinVersion}'");
        }
    }
}
