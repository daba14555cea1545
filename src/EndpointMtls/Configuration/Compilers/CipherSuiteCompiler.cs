using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Checks a list of cipher suites: each is good enough for HTTP/2, and connections can be made with them.</summary>
/// <param name="errors">Takes what is wrong.</param>
/// <param name="origin">Where the server was read from.</param>
/// <param name="isChosenBySystem">Whether the platform lets only the system choose; by default, as it is here.</param>
internal sealed class CipherSuiteCompiler(ConfigurationErrors errors, RealmOrigin origin, bool? isChosenBySystem = null)
{
    // What RFC 9113, appendix A leaves over, and can be had with a certificate.
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
            Error(ErrorCode.Unsupported, ConfigKeys.CipherSuites, "cannot be chosen here: on Windows only the system does that", "Remove the key, and choose them by group policy");
            return [];
        }

        for (var index = 0; index < options.CipherSuites.Count; index++)
        {
            if (ProblemOf(options.CipherSuites[index]) is { } problem)
            {
                Error(ErrorCode.InvalidValue, $"{ConfigKeys.CipherSuites}[{index}]", $"'{options.CipherSuites[index]}' {problem}", "Remove it");
            }
        }

        if (!errors.AnyAt($"{origin.Path}.{ConfigKeys.CipherSuites}"))
        {
            CheckVersions(suites, TlsVersions.Of(options));
            CheckPlatform(suites);
        }

        return suites;
    }

    /// <summary>Whether a suite is one of TLS 1.3, whose names do not tell how keys are agreed on.</summary>
    public static bool IsOfTls13(TlsCipherSuite suite) => !suite.ToString().Contains("_WITH_", StringComparison.Ordinal);

    /// <summary>Whether a suite that was checked can be used with the key of a certificate.</summary>
    public static bool Fits(TlsCipherSuite suite, X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        return IsOfTls13(suite) || suite.ToString().StartsWith(rsa is null ? "TLS_ECDHE_ECDSA_" : "TLS_ECDHE_RSA_", StringComparison.Ordinal);
    }

    /// <summary>Why a suite is of no use; <see langword="null"/> if it is.</summary>
    public static string? ProblemOf(TlsCipherSuite suite)
    {
        var name = suite.ToString();
        var isAuthenticated = Authenticated.Any(kind => name.Contains(kind, StringComparison.Ordinal));
        return !Enum.IsDefined(suite) ? "is not a cipher suite that .NET knows"
            : IsOfTls13(suite) ? null
            : !isAuthenticated || !StartsWithAny(AlsoEphemeral) ? "is forbidden by HTTP/2 (RFC 9113, appendix A)"
            : !StartsWithAny(Ephemeral) || name.Contains("_CAMELLIA_", StringComparison.Ordinal) ? "can never be agreed on: .NET has no way to use it with a certificate"
            : null;

        bool StartsWithAny(string[] beginnings) => beginnings.Any(beginning => name.StartsWith(beginning, StringComparison.Ordinal));
    }

    private void CheckVersions(ImmutableArray<TlsCipherSuite> suites, TlsVersions versions)
    {
        if (!suites.Any(IsOfTls13))
        {
            if (!versions.IncludeTls12)
            {
                Error(ErrorCode.InvalidValue, ConfigKeys.CipherSuites, $"none of them is of TLS 1.3, and '{ConfigKeys.MinVersion}' allows nothing less: no connection could be made", "Add one such as 'TLS_AES_128_GCM_SHA256'");
            }
            else if (versions.IncludeTls13)
            {
                origin.AddWarning(errors, ErrorCode.InvalidValue, ConfigKeys.CipherSuites, "none of them is of TLS 1.3: every connection will be of TLS 1.2", "Add one such as 'TLS_AES_128_GCM_SHA256'");
            }
        }
        else if (versions.IncludeTls12 && suites.All(IsOfTls13))
        {
            Error(ErrorCode.InvalidValue, ConfigKeys.CipherSuites, $"none of them is of TLS 1.2, which '{ConfigKeys.MinVersion}' allows: no client of that version could connect", $"Write '{ConfigKeys.MinVersion}: \"1.3\"', or add one such as 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'");
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
            Error(ErrorCode.Unsupported, ConfigKeys.CipherSuites, $"cannot be chosen here: {exception.Message.TrimEnd('.')}", "Remove the key");
        }
    }

    private void Error(ErrorCode code, string key, string problem, string fix) => origin.AddError(errors, code, key, problem, fix);
}
