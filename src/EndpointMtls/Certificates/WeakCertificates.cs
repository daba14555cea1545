using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Files;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>Rejects weak certificates in the files of a realm.</summary>
internal static class WeakCertificates
{
    /// <returns>The certificates.</returns>
    /// <exception cref="FileException">One of them is weak, and the realm does not allow that.</exception>
    public static IReadOnlyList<X509Certificate2> Reject(IReadOnlyList<X509Certificate2> certificates, TlsDefinition tls)
    {
        var weakness = tls.AllowWeakCertificates ? null : certificates
            .Select(certificate => KeyKind.Of(certificate) is { WeakCurve: not null } kind
                ? $"'{certificate.Subject}' has {kind.Name}, which is a weak curve: only P-256, P-384 and P-521 are accepted"
                : CertificateRules.FindWeakness(certificate, CaCertificate.IsSelfSigned(certificate)))
            .FirstOrDefault(weakness => weakness is not null);
        return weakness is null ? certificates : throw new FileException(
            $"holds a weak certificate: {weakness}",
            "Issue it with a strong key and signature. "
            + $"To use it although it can be forged, set '{ConfigKeys.AllowWeakCertificates}: true'");
    }
}
