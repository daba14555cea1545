using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls;

/// <summary>A certificate, without its key.</summary>
public sealed record CertificateDescription
{
    /// <summary>The distinguished name of its owner.</summary>
    public required string Subject { get; init; }

    /// <summary>The distinguished name of who issued it.</summary>
    public required string Issuer { get; init; }

    /// <summary>The serial number, in hexadecimal.</summary>
    public required string SerialNumber { get; init; }

    /// <summary>When it becomes valid.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>When it expires.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>For an authority that has left the files: until when it is trusted all the same; otherwise <see langword="null"/>.</summary>
    public DateTimeOffset? TrustedUntil { get; init; }

    internal static CertificateDescription Of(X509Certificate2 certificate, DateTimeOffset? onNoticeUntil = null) => new()
    {
        Subject = certificate.Subject,
        Issuer = certificate.Issuer,
        SerialNumber = certificate.SerialNumber,
        NotBefore = certificate.NotBefore.ToUniversalTime(),
        NotAfter = certificate.NotAfter.ToUniversalTime(),
        TrustedUntil = onNoticeUntil,
    };
}
