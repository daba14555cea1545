using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>A certificate from a CA file: a trust anchor or an intermediate. Two are equal if all their bytes are.</summary>
internal sealed class CaCertificate(X509Certificate2 certificate) : IEquatable<CaCertificate>
{
    public X509Certificate2 Certificate { get; } = certificate;

    /// <summary>SHA-256, in hexadecimal.</summary>
    public string Thumbprint { get; } = certificate.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>Whether a chain may end here. .NET accepts only self-signed certificates as trust anchors.</summary>
    public bool IsAnchor { get; } = IsSelfSigned(certificate);

    /// <summary>Whether it may issue certificates.</summary>
    public bool IsAuthority => Find<X509BasicConstraintsExtension>(Certificate) is { CertificateAuthority: true };

    public bool IsValidAt(DateTimeOffset time) =>
        Certificate.NotBefore.ToUniversalTime() <= time && time <= Certificate.NotAfter.ToUniversalTime();

    public bool Equals(CaCertificate? other) => other?.Thumbprint == Thumbprint;

    public override bool Equals(object? obj) => Equals(obj as CaCertificate);

    public override int GetHashCode() => Thumbprint.GetHashCode(StringComparison.Ordinal);

    /// <summary>Whether one certificate has the name of the issuer of the other. The signature is not verified.</summary>
    public static bool HasIssued(X509Certificate2 issuer, X509Certificate2 certificate) =>
        issuer.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    // Equal names are not enough: when a root CA changes its key, the old key signs the new certificate under the same name.
    public static bool IsSelfSigned(X509Certificate2 certificate) =>
        HasIssued(certificate, certificate)
        && (Find<X509AuthorityKeyIdentifierExtension>(certificate)?.KeyIdentifier is not { } issuerKey
            || Find<X509SubjectKeyIdentifierExtension>(certificate)?.SubjectKeyIdentifierBytes is not { } ownKey
            || issuerKey.Span.SequenceEqual(ownKey.Span));

    private static T? Find<T>(X509Certificate2 certificate)
        where T : X509Extension => certificate.Extensions.OfType<T>().FirstOrDefault();
}
