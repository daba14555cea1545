using System.Collections.Immutable;
using System.Net.Security;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Checks the cipher suites of a server: HTTP/2 allows each of them, and they leave a usable TLS version.</summary>
/// <param name="errors">Receives errors and warnings.</param>
/// <param name="origin">The place that the server was read from.</param>
/// <param name="isChosenBySystem">Whether only the system selects cipher suites. Defaults to the current platform.</param>
internal sealed class CipherSuiteCompiler(ConfigurationErrors errors, RealmOrigin origin, bool? isChosenBySystem = null)
{
    private const string AddTls13 = "Add one, such as 'TLS_AES_128_GCM_SHA256'";

    public ImmutableArray<TlsCipherSuite> Compile(ServerTlsOptions options)
    {
        ImmutableArray<TlsCipherSuite> suites = [.. options.CipherSuites.Distinct()];
        if (suites.IsEmpty)
        {
            return [];
        }

        if (isChosenBySystem ?? OperatingSystem.IsWindows())
        {
            Error(
                ErrorCode.Unsupported, ConfigKeys.CipherSuites, "is not supported on Windows, where only the system selects cipher suites",
                "Remove the key, and select the cipher suites by group policy");
            return [];
        }

        for (var index = 0; index < options.CipherSuites.Count; index++)
        {
            if (CipherSuites.ProblemOf(options.CipherSuites[index]) is { } problem)
            {
                Error(
                    ErrorCode.InvalidValue, $"{ConfigKeys.CipherSuites}[{index}]",
                    $"'{options.CipherSuites[index]}' {problem}", "Remove it");
            }
        }

        if (!errors.AnyAt($"{origin.Path}.{ConfigKeys.CipherSuites}"))
        {
            CheckVersions(suites, TlsVersions.Of(options));
            CheckPlatform(suites);
        }

        return suites;
    }

    private void CheckVersions(ImmutableArray<TlsCipherSuite> suites, TlsVersions versions)
    {
        if (!suites.Any(CipherSuites.IsOfTls13))
        {
            if (!versions.IncludeTls12)
            {
                Error(
                    ErrorCode.InvalidValue, ConfigKeys.CipherSuites,
                    $"has no TLS 1.3 suite for {versions.DescribeMin()}: every handshake would fail", AddTls13);
            }
            else if (versions.IncludeTls13)
            {
                origin.AddWarning(
                    errors, ErrorCode.InvalidValue, ConfigKeys.CipherSuites,
                    "has no TLS 1.3 suite: every connection will use TLS 1.2", AddTls13);
            }
        }
        else if (versions.IncludeTls12 && suites.All(CipherSuites.IsOfTls13))
        {
            Error(
                ErrorCode.InvalidValue, ConfigKeys.CipherSuites,
                $"has no TLS 1.2 suite for {versions.DescribeMin()}: clients of that version could not connect",
                $"Set '{ConfigKeys.MinVersion}: \"1.3\"', or add one, such as 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'");
        }
    }

    private void CheckPlatform(ImmutableArray<TlsCipherSuite> suites)
    {
        if (OperatingSystem.IsWindows() || OperatingSystem.IsAndroid())
        {
            return;
        }

        try
        {
            _ = new CipherSuitesPolicy(suites);
        }
        catch (PlatformNotSupportedException exception)
        {
            Error(
                ErrorCode.Unsupported, ConfigKeys.CipherSuites,
                $"is not supported on this platform: {ExceptionText.Of(exception)}", "Remove the key");
        }
    }

    private void Error(ErrorCode code, string key, string problem, string fix) => origin.AddError(errors, code, key, problem, fix);
}
