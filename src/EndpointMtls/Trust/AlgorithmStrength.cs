using System.Formats.Asn1;
using System.Numerics;
using static EndpointMtls.Trust.ObjectIdentifiers;

namespace EndpointMtls.Trust;

/// <summary>Decides which keys and signatures of certificates are strong. What is not known to be strong is weak.</summary>
/// <remarks>
/// Strong keys are RSA from 2048 bits, ECDSA on P-256, P-384 and P-521, Ed25519, Ed448, ML-DSA and SLH-DSA. Strong hashes are SHA-256,
/// SHA-384 and SHA-512. The platform accepts more.
/// </remarks>
internal static class AlgorithmStrength
{
    private const int MinRsaBits = 2048;
    private const int RsaKey = 1;
    private const int RsaPss = 10;

    private static ReadOnlySpan<byte> Pkcs1 => [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01];

    private static ReadOnlySpan<byte> Dsa => [0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04];

    private static ReadOnlySpan<byte> EllipticCurveKey => [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];

    private static ReadOnlySpan<byte> EcdsaWithSha1 => [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01];

    private static ReadOnlySpan<byte> EcdsaWithSha2 => [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03];

    private static ReadOnlySpan<byte> P256 => [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];

    // P-384 is number 34, P-521 is 35.
    private static ReadOnlySpan<byte> SecgCurves => [0x2B, 0x81, 0x04, 0x00];

    private static ReadOnlySpan<byte> NistHashes => [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];

    // ML-DSA and SLH-DSA are the numbers 17 to 31.
    private static ReadOnlySpan<byte> NistSignatures => [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03];

    // Ed25519 is number 112, Ed448 is 113.
    private static ReadOnlySpan<byte> EdwardsCurves => [0x2B, 0x65];

    private static ReadOnlySpan<byte> OiwAlgorithms => [0x2B, 0x0E, 0x03, 0x02];

    /// <summary>Why a signature is weak, to follow the name of the certificate; <see langword="null"/> if it is strong.</summary>
    /// <exception cref="AsnContentException">The parameters are malformed.</exception>
    public static string? FindWeakSignature(AlgorithmIdentifier algorithm) =>
        FindWeakHash(algorithm) is { } hash ? $"has a signature with {hash}, which can be forged"
        : IsStrongSignature(algorithm.Oid) ? null
        : $"has a signature of the algorithm {Format(algorithm.Oid)}, which is not known to be strong";

    /// <summary>Why a key is weak, to follow the name of the certificate; <see langword="null"/> if it is strong.</summary>
    /// <exception cref="AsnContentException">The key is malformed.</exception>
    public static string? FindWeakKey(CertificateContent certificate)
    {
        var algorithm = certificate.KeyAlgorithm;
        if (LastNumber(algorithm.Oid, Pkcs1) is RsaKey or RsaPss)
        {
            return CountRsaBits(certificate.Key) is var bits and < MinRsaBits
                ? $"has an RSA key of {bits} bits, which can be broken: the minimum is {MinRsaBits}"
                : null;
        }

        if (algorithm.Oid.SequenceEqual(EllipticCurveKey))
        {
            return IsStrongCurve(algorithm) ? null : $"has a key on {DescribeCurve(algorithm)}: only P-256, P-384 and P-521 are accepted";
        }

        return LastNumber(algorithm.Oid, Dsa) == 1 ? "has a DSA key, which is obsolete"
            : LastNumber(algorithm.Oid, EdwardsCurves) is 112 or 113 || LastNumber(algorithm.Oid, NistSignatures) is >= 17 and <= 31 ? null
            : $"has a key of the algorithm {Format(algorithm.Oid)}, which is not known to be strong";
    }

    private static string? FindWeakHash(AlgorithmIdentifier algorithm) => LastNumber(algorithm.Oid, Pkcs1) switch
    {
        2 => "MD2",
        3 => "MD4",
        4 => "MD5",
        5 => "SHA-1",
        RsaPss when !HasStrongPssHash(algorithm) => "SHA-1, or another hash that is not SHA-2",
        _ when algorithm.Oid.SequenceEqual(EcdsaWithSha1) || LastNumber(algorithm.Oid, Dsa) == 3 => "SHA-1",
        _ => LastNumber(algorithm.Oid, OiwAlgorithms) switch
        {
            3 => "MD5",
            27 or 29 => "SHA-1",
            _ => null,
        },
    };

    private static bool IsStrongSignature(ReadOnlySpan<byte> oid) =>
        LastNumber(oid, Pkcs1) is >= RsaPss and <= 13
        || LastNumber(oid, EcdsaWithSha2) is >= 2 and <= 4
        || LastNumber(oid, EdwardsCurves) is 112 or 113
        || LastNumber(oid, NistSignatures) is >= 17 and <= 31;

    // RFC 4055: the hash of a PSS signature is a parameter. Its default is SHA-1.
    private static bool HasStrongPssHash(AlgorithmIdentifier algorithm)
    {
        var hash = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        var parameters = new DerReader(algorithm.Parameters);
        return parameters.HasNext(hash)
            && LastNumber(new DerReader(parameters.Read(hash)).ReadSequence().Read(Asn1Tag.ObjectIdentifier), NistHashes) is >= 1 and <= 3;
    }

    private static bool IsStrongCurve(AlgorithmIdentifier algorithm) =>
        IsNamedCurve(algorithm)
        && (algorithm.Parameters.SequenceEqual(P256) || LastNumber(algorithm.Parameters, SecgCurves) is 34 or 35);

    private static bool IsNamedCurve(AlgorithmIdentifier algorithm) =>
        algorithm.ParametersTag.HasSameClassAndValue(Asn1Tag.ObjectIdentifier);

    private static string DescribeCurve(AlgorithmIdentifier algorithm) =>
        IsNamedCurve(algorithm) ? $"the curve {Format(algorithm.Parameters)}" : "a curve with explicit parameters";

    private static int CountRsaBits(ReadOnlySpan<byte> key)
    {
        var modulus = new DerReader(key).ReadSequence().Read(Asn1Tag.Integer).TrimStart((byte)0);
        return modulus.IsEmpty ? 0 : (modulus.Length * 8) - BitOperations.LeadingZeroCount((uint)modulus[0]) + 24;
    }
}
