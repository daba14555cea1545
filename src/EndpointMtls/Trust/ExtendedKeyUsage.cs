using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>The extended key usages of certificates (RFC 5280, section 4.2.1.12).</summary>
internal static class ExtendedKeyUsage
{
    private const string AnyUsage = "2.5.29.37.0";

    public static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    public static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");

    /// <summary>Whether a server may present the certificate: it has no extended key usage, or one for servers.</summary>
    public static bool AllowsServer(X509Certificate2 certificate) => Allows(certificate, ServerAuthentication);

    /// <summary>Whether a client may present the certificate: it has no extended key usage, or one for clients.</summary>
    public static bool AllowsClient(X509Certificate2 certificate) => Allows(certificate, ClientAuthentication);

    private static bool Allows(X509Certificate2 certificate, Oid role) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .All(usages => usages.EnhancedKeyUsages.Cast<Oid>().Any(usage => usage.Value == role.Value || usage.Value == AnyUsage));
}
