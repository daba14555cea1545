using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Finds signatures with a broken hash and RSA keys that are too short, in a chain that is valid otherwise.</summary>
/// <remarks>The platform accepts them. Go's crypto/x509 rejects the same hashes.</remarks>
internal static class ChainWeakness
{
    private const int MinRsaKeySize = 1024;
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string Sha1 = "1.3.14.3.2.26";

    private static readonly Dictionary<string, string> BrokenHashes = new()
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
    /// <returns>The first weakness, as text; <see langword="null"/> if there is none.</returns>
    public static string? Find(X509ChainElementCollection chain)
    {
        for (var i = 0; i < chain.Count; i++)
        {
            var certificate = chain[i].Certificate;

            // The last certificate is a trust anchor. Its signature is not verified.
            if (i < chain.Count - 1 && HashOf(certificate) is { } hash)
            {
                return $"'{Snippet.OfPeer(certificate.Subject)}' has a signature with {hash}, which can be forged";
            }

            if (certificate.GetKeyAlgorithm() == Rsa && RsaKeySizeOf(certificate) is var size and < MinRsaKeySize)
            {
                return $"'{Snippet.OfPeer(certificate.Subject)}' has an RSA key of {size} bits, "
                    + $"which can be broken: the minimum is {MinRsaKeySize}";
            }
        }

        return null;
    }

    // GetRSAPublicKey would import the key, which takes longer than all other checks here.
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
        var algorithm => BrokenHashes.GetValueOrDefault(algorithm ?? ""),
    };

    // RFC 4055: the hash of a PSS signature is a parameter. Its default is SHA-1.
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
