using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Checks the cipher suites of a server: HTTP/2 allows each of them, and they leave a usable TLS version.</summary>
/// <param name="errors">Receives errors and warnings.</param>
/// <param name="origin">The place that the server was read from.</param>
/// <param name="isChosenBySystem">Whether only the system selects cipher suites. Defaults to the current platform.</param>
internal sealed class CipherSuiteCompiler(ConfigurationErrors errors, RealmOrigin origin, bool? isChosenBySystem = null)
{
    private const string AddTls13 = "Add one, such as 'TLS_AES_128_GCM_SHA256'";

    // The suites that RFC 9113, appendix A allows, and that .NET can use with a certificate.
    private static readonly string[] Ephemeral = ["TLS_ECDHE_RSA_WITH_", "TLS_ECDHE_ECDSA_WITH_"];
    private static readonly string[] Authenticated = ["_GCM_", "_CCM", "_CHACHA20_POLY1305_"];
    private static readonly string[] AlsoEphemeral = ["TLS_DHE_", "TLS_ECDHE_"];

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
            if (ProblemOf(options.CipherSuites[index]) is { } problem)
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

    /// <summary>Whether a suite is for TLS 1.3. The names of these do not contain the key exchange.</summary>
    public static bool IsOfTls13(TlsCipherSuite suite) => !suite.ToString().Contains("_WITH_", StringComparison.Ordinal);

    /// <summary>Whether a valid suite can be used with the key of a certificate.</summary>
    public static bool Fits(TlsCipherSuite suite, X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        return IsOfTls13(suite)
            || suite.ToString().StartsWith(rsa is null ? "TLS_ECDHE_ECDSA_" : "TLS_ECDHE_RSA_", StringComparison.Ordinal);
    }

    /// <summary>The reason why a suite cannot be used; <see langword="null"/> if it can.</summary>
    public static string? ProblemOf(TlsCipherSuite suite)
    {
        var name = suite.ToString();
        var isAuthenticated = Authenticated.Any(kind => name.Contains(kind, StringComparison.Ordinal));
        return !Enum.IsDefined(suite) ? "is not a known cipher suite"
            : IsOfTls13(suite) ? null
            : !isAuthenticated || !StartsWithAny(AlsoEphemeral) ? "is prohibited for HTTP/2 (RFC 9113, appendix A)"
            : !StartsWithAny(Ephemeral) || name.Contains("_CAMELLIA_", StringComparison.Ordinal)
                ? "can never be negotiated: .NET does not support it with a certificate"
            : null;

        bool StartsWithAny(string[] beginnings) => beginnings.Any(beginning => name.StartsWith(beginning, StringComparison.Ordinal));
    }

    private void CheckVersions(ImmutableArray<TlsCipherSuite> suites, TlsVersions versions)
    {
        if (!suites.Any(IsOfTls13))
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
        else if (versions.IncludeTls12 && suites.All(IsOfTls13))
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
                $"is not supported on this platform: {exception.Message.TrimEnd('.')}", "Remove the key");
        }
    }

    private void Error(ErrorCode code, string key, string problem, string fix) => origin.AddError(errors, code, key, problem, fix);
}
