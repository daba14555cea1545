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

    /// <summary>The lowest version and its key, for errors.</summary>
    public string DescribeMin() =>
        $"'{ConfigKeys.MinVersion}', which is '{NameOf(Min)}'{(Min == new TlsOptions().MinVersion ? " (the default)" : "")}";

    private static string NameOf(SslProtocols version) => version switch
    {
        SslProtocols.Tls12 => "1.2",
        SslProtocols.Tls13 => "1.3",
        _ => $"{version}",
    };

    /// <summary>Adds an error if the highest version is lower than the lowest.</summary>
    public void Check(OptionChecks checks)
    {
        if (Max < Min)
        {
            checks.Error(
                ErrorCode.Conflict, ConfigKeys.MaxVersion, $"'{NameOf(Max)}' is lower than {DescribeMin()}: every handshake would fail",
                $"Remove '{ConfigKeys.MaxVersion}', or lower '{ConfigKeys.MinVersion}'");
        }
    }
}
