using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Files;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>How a CRL is signed: RSA or ECDSA with a hash of SHA-2.</summary>
/// <param name="Hash">The hash.</param>
/// <param name="Padding">The padding of RSA; <see langword="null"/> for ECDSA.</param>
internal sealed record SignatureScheme(HashAlgorithmName Hash, RSASignaturePadding? Padding)
{
    private const string Pkcs1 = "1.2.840.113549.1.1.";
    private const string EcdsaWithSha2 = "1.2.840.10045.4.3.";
    private const string NistHashes = "2.16.840.1.101.3.4.2.";

    /// <summary>Reads an AlgorithmIdentifier.</summary>
    /// <exception cref="FileException">The algorithm is weak or unknown.</exception>
    /// <exception cref="AsnContentException">It is malformed.</exception>
    public static SignatureScheme Read(ReadOnlyMemory<byte> identifier)
    {
        var algorithm = new AsnReader(identifier, AsnEncodingRules.DER).ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        SignatureScheme? scheme = oid switch
        {
            Pkcs1 + "11" or Pkcs1 + "12" or Pkcs1 + "13" => new(HashOf(oid[^1] - '0'), RSASignaturePadding.Pkcs1),
            Pkcs1 + "10" when ReadPssHash(algorithm) is { } hash => new(hash, RSASignaturePadding.Pss),
            EcdsaWithSha2 + "2" or EcdsaWithSha2 + "3" or EcdsaWithSha2 + "4" => new(HashOf(oid[^1] - '1'), null),
            _ => null,
        };
        return scheme ?? throw new FileException(
            $"has a signature of the algorithm {Snippet.OfPeer(oid)}, which is weak or not supported",
            "Sign it with RSA or ECDSA, and with SHA-256, SHA-384 or SHA-512");
    }

    /// <summary>Whether a CA has signed data.</summary>
    public bool Verify(X509Certificate2 ca, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            if (Padding is not null)
            {
                using var rsa = ca.GetRSAPublicKey();
                return rsa?.VerifyData(data, signature, Hash, Padding) ?? false;
            }

            using var ecdsa = ca.GetECDsaPublicKey();
            return ecdsa?.VerifyData(data, signature, Hash, DSASignatureFormat.Rfc3279DerSequence) ?? false;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static HashAlgorithmName HashOf(int number) => number switch
    {
        1 => HashAlgorithmName.SHA256,
        2 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    // RFC 4055. .NET verifies only signatures whose mask has the same hash, and whose salt is as long as a hash.
    private static HashAlgorithmName? ReadPssHash(AsnReader algorithm)
    {
        var parameters = algorithm.ReadSequence();
        var hash = ReadParameter(parameters, 0)?.ReadSequence().ReadObjectIdentifier();
        var mask = ReadParameter(parameters, 1)?.ReadSequence();
        mask?.ReadObjectIdentifier();
        var maskHash = mask?.ReadSequence().ReadObjectIdentifier();
        var saltLength = ReadParameter(parameters, 2) is not { } salt ? 20
            : salt.TryReadInt32(out var length) ? length
            : throw new AsnContentException();
        if (hash is not (NistHashes + "1" or NistHashes + "2" or NistHashes + "3"))
        {
            return null;
        }

        var number = hash[^1] - '0';
        var problem = maskHash != hash ? "another hash for its mask"
            : saltLength != (number + 1) * 16 ? $"a salt of {saltLength} bytes"
            : null;
        return problem is null ? HashOf(number) : throw new FileException(
            $"has a signature with RSA-PSS and {problem}, which .NET cannot verify",
            "Sign it with a salt as long as the hash: with OpenSSL, set '-sigopt rsa_pss_saltlen:digest'");
    }

    private static AsnReader? ReadParameter(AsnReader parameters, int number)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, number, isConstructed: true);
        return parameters.HasData && parameters.PeekTag().HasSameClassAndValue(tag) ? parameters.ReadSequence(tag) : null;
    }
}
