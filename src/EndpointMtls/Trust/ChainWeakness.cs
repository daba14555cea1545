using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Finds what can be forged in a chain that is valid otherwise: broken hashes, and keys that are too short.</summary>
/// <remarks>Go's crypto/x509 rejects the same hashes. The platform accepts them.</remarks>
internal static class ChainWeakness
{
    private const int ShortestRsaKey = 1024;
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string Sha1 = "1.3.14.3.2.26";

    private static readonly Dictionary<string, string> Forgeable = new()
    {
        ["1.2.840.113549.1.1.2"] = "MD2",
        ["1.2.840.113549.1.1.3"] = "MD4",
        ["1.2.840.113549.1.1.4"] = "MD5",
        ["1.2.840.113549.1.1.5"] = "SHA-1",
        ["1.2.840.10040.4.3"] = "SHA-1",
        ["1.2.840.10045.4.1"] = "SHA-1",
        ["1.3.14.3.2.27"] = "SHA-1",
        ["1.3.14.3.2.29"] = "SHA-1",
    };

    /// <param name="chain">The chain, the leaf first.</param>
    /// <returns>What is weak, and where; <see langword="null"/> if nothing is.</returns>
    public static string? Find(X509ChainElementCollection chain)
    {
        for (var i = 0; i < chain.Count; i++)
        {
            var certificate = chain[i].Certificate;

            // The last is a trust anchor: its own signature is not verified.
            if (i < chain.Count - 1 && HashOf(certificate) is { } hash)
            {
                return $"'{Snippet.OfPeer(certificate.Subject)}' is signed with {hash}, which can be forged";
            }

            if (certificate.GetKeyAlgorithm() == Rsa && RsaKeySizeOf(certificate) is var size and < ShortestRsaKey)
            {
                return $"'{Snippet.OfPeer(certificate.Subject)}' has an RSA key of {size} bits, which can be broken";
            }
        }

        return null;
    }

    // GetRSAPublicKey gives the size as well, but imports the key, which takes longer than all else here.
    private static int RsaKeySizeOf(X509Certificate2 certificate)
    {
        var key = certificate.PublicKey.EncodedKeyValue.RawData;
        AsnDecoder.ReadSequence(key, AsnEncodingRules.BER, out var start, out var length, out _);
        var modulus = AsnDecoder.ReadIntegerBytes(key.AsSpan(start, length), AsnEncodingRules.BER, out _).TrimStart((byte)0);
        return modulus.IsEmpty ? 0 : (modulus.Length * 8) - BitOperations.LeadingZeroCount((uint)modulus[0]) + 24;
    }

    private static string? HashOf(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        RsaPss => HasPssWithSha1(certificate) ? "SHA-1" : null,
        var algorithm => Forgeable.GetValueOrDefault(algorithm ?? ""),
    };

    // The hash of a PSS signature is a parameter, and SHA-1 if it is left out: RFC 4055.
    private static bool HasPssWithSha1(X509Certificate2 certificate)
    {
        var signed = new AsnReader(certificate.RawData, AsnEncodingRules.DER).ReadSequence();
        signed.ReadEncodedValue();
        var algorithm = signed.ReadSequence();
        algorithm.ReadObjectIdentifier();
        var parameters = algorithm.ReadSequence();
        var hash = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        return !parameters.HasData || !parameters.PeekTag().HasSameClassAndValue(hash)
            || parameters.ReadSequence(hash).ReadSequence().ReadObjectIdentifier() == Sha1;
    }
}
