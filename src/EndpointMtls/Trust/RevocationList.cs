using System.Collections.Concurrent;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>A CRL (RFC 5280, section 5): the certificates that one CA has revoked. Two are equal if all their bytes are.</summary>
/// <remarks>
/// Immutable, apart from the remembered results of <see cref="IsSignedBy"/>. <see cref="RevocationListReader"/> creates it.
/// </remarks>
internal sealed class RevocationList(ReadOnlyMemory<byte> signed, ReadOnlyMemory<byte> signature, SignatureScheme scheme)
    : IEquatable<RevocationList>
{
    private const int MaxRemembered = 16;

    private readonly ConcurrentDictionary<string, bool> _isSignedBy = new(StringComparer.Ordinal);

    /// <summary>The distinguished name of the CA.</summary>
    public required string Issuer { get; init; }

    public required DateTimeOffset ThisUpdate { get; init; }

    /// <summary>When a newer CRL is due at the latest.</summary>
    public required DateTimeOffset NextUpdate { get; init; }

    /// <summary>The number of the CRL; zero if it has none.</summary>
    public required BigInteger Number { get; init; }

    /// <summary>The serial numbers of the revoked certificates.</summary>
    public required HashSet<BigInteger> Revoked { get; init; }

    /// <summary>The identifier of the key that signed the CRL; <see langword="null"/> if the CRL has none.</summary>
    public required ReadOnlyMemory<byte>? AuthorityKeyIdentifier { get; init; }

    /// <summary>SHA-256 of the signed content and of the signature, in hexadecimal.</summary>
    /// <remarks>Two CRLs with the same content may differ: the signature of one may be broken.</remarks>
    public string Thumbprint { get; } =
        Convert.ToHexString(SHA256.HashData(signed.Span)) + Convert.ToHexString(SHA256.HashData(signature.Span));

    public bool Revokes(X509Certificate2 certificate) =>
        Revoked.Contains(new BigInteger(certificate.SerialNumberBytes.Span, isBigEndian: true));

    /// <summary>Whether a newer CRL is overdue.</summary>
    public bool IsExpiredAt(DateTimeOffset? time) => time >= NextUpdate;

    /// <summary>Whether the CRL names a CA and its key as the signer. It may be forged: see <see cref="IsSignedBy"/>.</summary>
    public bool NamesAsSigner(X509Certificate2 ca) =>
        AuthorityKeyIdentifier is { } key && Issuer == ca.SubjectName.Name
        && ca.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any(own => own.SubjectKeyIdentifierBytes.Span.SequenceEqual(key.Span));

    /// <summary>Whether the key of a CA has signed the CRL. The signature is verified once for each CA certificate.</summary>
    public bool IsSignedBy(X509Certificate2 ca)
    {
        var key = ca.GetCertHashString(HashAlgorithmName.SHA256);
        if (_isSignedBy.TryGetValue(key, out var isSigned))
        {
            return isSigned;
        }

        isSigned = scheme.Verify(ca, signed.Span, signature.Span);

        // A peer may send any number of cross-signed certificates of a CA.
        if (_isSignedBy.Count < MaxRemembered)
        {
            _isSignedBy.TryAdd(key, isSigned);
        }

        return isSigned;
    }

    /// <summary>Whether a certificate of a CA permits it to sign CRLs.</summary>
    public static bool MaySign(X509Certificate2 ca) =>
        ca.Extensions.OfType<X509KeyUsageExtension>().All(usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.CrlSign));

    public bool Equals(RevocationList? other) => other?.Thumbprint == Thumbprint;

    public override bool Equals(object? obj) => Equals(obj as RevocationList);

    public override int GetHashCode() => Thumbprint.GetHashCode(StringComparison.Ordinal);
}
