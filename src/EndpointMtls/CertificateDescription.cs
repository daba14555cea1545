using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls;

/// <summary>The public facts of a certificate: names, serial number and validity period.</summary>
public sealed record CertificateDescription
{
    /// <summary>The distinguished name of the subject.</summary>
    public required string Subject { get; init; }

    /// <summary>The distinguished name of the issuer.</summary>
    public required string Issuer { get; init; }

    /// <summary>The serial number, in hexadecimal.</summary>
    public required string SerialNumber { get; init; }

    /// <summary>The start of the validity period, in UTC.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>The end of the validity period, in UTC.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>
    /// For a CA certificate that was removed from the files: when its trust ends, see <see cref="TlsOptions.CaOverlap"/>. Otherwise
    /// <see langword="null"/>.
    /// </summary>
    public DateTimeOffset? TrustedUntil { get; init; }

    internal static CertificateDescription Of(X509Certificate2 certificate, DateTimeOffset? trustedUntil = null) => new()
    {
        Subject = certificate.Subject,
        Issuer = certificate.Issuer,
        SerialNumber = certificate.SerialNumber,
        NotBefore = certificate.NotBefore.ToUniversalTime(),
        NotAfter = certificate.NotAfter.ToUniversalTime(),
        TrustedUntil = trustedUntil,
    };
}
