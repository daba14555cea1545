using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Tests.Trust;

/// <summary>Signs certificates with any key and hash, also those that .NET refuses for new certificates.</summary>
internal sealed class WeakSigner(AsymmetricAlgorithm key) : X509SignatureGenerator
{
    public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(FindOid(key, hashAlgorithm)!);
            if (key is RSA)
                writer.WriteNull();
        }

        return writer.Encode();
    }

    public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key switch
    {
        RSA rsa => rsa.SignData(data, hashAlgorithm, RSASignaturePadding.Pkcs1),
        ECDsa ecdsa => ecdsa.SignData(data, hashAlgorithm, DSASignatureFormat.Rfc3279DerSequence),
        _ => ((DSA)key).SignData(data, hashAlgorithm, DSASignatureFormat.Rfc3279DerSequence),
    };

    protected override PublicKey BuildPublicKey() => new(key);

    private static string? FindOid(AsymmetricAlgorithm key, HashAlgorithmName hash) => (key, hash.Name) switch
    {
        (RSA, "MD5") => "1.2.840.113549.1.1.4",
        (RSA, "SHA1") => "1.2.840.113549.1.1.5",
        (RSA, "SHA256") => "1.2.840.113549.1.1.11",
        (ECDsa, "SHA1") => "1.2.840.10045.4.1",
        (ECDsa, "SHA256") => "1.2.840.10045.4.3.2",
        (DSA, "SHA1") => "1.2.840.10040.4.3",
        (DSA, "SHA256") => "2.16.840.1.101.3.4.3.2",
        _ => null,
    };
}
