using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Configuration.Model;

#pragma warning disable CA1416 // CipherSuitesPolicy is only created on platforms with support.

/// <summary>Which cipher suites HTTP/2 allows (RFC 9113, appendix A), and .NET can use with a certificate.</summary>
internal static class CipherSuites
{
    private static readonly string[] Ephemeral = ["TLS_ECDHE_RSA_WITH_", "TLS_ECDHE_ECDSA_WITH_"];
    private static readonly string[] Authenticated = ["_GCM_", "_CCM", "_CHACHA20_POLY1305_"];
    private static readonly string[] AlsoEphemeral = ["TLS_DHE_", "TLS_ECDHE_"];

    private static readonly Lazy<CipherSuitesPolicy?> AllAllowed = new(CreatePolicy);

    /// <summary>The policy for a range of TLS versions: no suite that HTTP/2 prohibits, such as those with CBC.</summary>
    /// <returns>
    /// <see langword="null"/> for the default of the platform: TLS 1.3 has no such suites, and on Windows the system decides.
    /// </returns>
    public static CipherSuitesPolicy? PolicyFor(TlsVersions versions) => versions.IncludeTls12 ? AllAllowed.Value : null;

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

    private static CipherSuitesPolicy? CreatePolicy()
    {
        if (OperatingSystem.IsWindows() || OperatingSystem.IsAndroid())
        {
            return null;
        }

        try
        {
            return new CipherSuitesPolicy(Enum.GetValues<TlsCipherSuite>().Where(suite => ProblemOf(suite) is null));
        }
        catch (PlatformNotSupportedException)
        {
            return null;
        }
    }
}
