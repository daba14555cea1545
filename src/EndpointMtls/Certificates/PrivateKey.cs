using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Certificates;

/// <summary>A private key from a PEM file: PKCS#8, PKCS#1 or SEC1.</summary>
/// <remarks>Not a record: <c>ToString</c> would contain the key.</remarks>
internal sealed class PrivateKey
{
    private const string RsaKey = "RSA PRIVATE KEY";
    private const string EcKey = "EC PRIVATE KEY";
    private const string DsaKey = "DSA PRIVATE KEY";
    private const string Pkcs8Key = "PRIVATE KEY";
    private const string EncryptedKey = "ENCRYPTED PRIVATE KEY";
    private const string EcAlgorithm = "1.2.840.10045.2.1";

    private static readonly Asn1Tag ParametersTag = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag PublicKeyTag = new(TagClass.ContextSpecific, 1);

    private PrivateKey(string pem, KeyKind? kind, bool isEncrypted = false) => (Pem, Kind, IsEncrypted) = (pem, kind, isEncrypted);

    /// <summary>The key in a form that .NET reads.</summary>
    public string Pem { get; }

    /// <summary>The kind of the key; <see langword="null"/> if it is encrypted or malformed.</summary>
    public KeyKind? Kind { get; }

    public bool IsEncrypted { get; }

    /// <summary>Whether a PEM block with this label is a private key.</summary>
    public static bool IsLabel(ReadOnlySpan<char> label) => label is RsaKey or EcKey or DsaKey or Pkcs8Key or EncryptedKey;

    /// <param name="label">The label of the PEM block.</param>
    /// <param name="pem">The block.</param>
    /// <param name="content">The decoded block.</param>
    public static PrivateKey Parse(string label, string pem, ReadOnlyMemory<byte> content)
    {
        try
        {
            return label switch
            {
                EncryptedKey => new PrivateKey(pem, kind: null, isEncrypted: true),
                RsaKey => new PrivateKey(pem, KeyKind.Of("1.2.840.113549.1.1.1", default)),
                DsaKey => new PrivateKey(pem, KeyKind.Of("1.2.840.10040.4.1", default)),
                EcKey => ParseEc(pem, content, default),
                _ => ParsePkcs8(pem, content),
            };
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException or PlatformNotSupportedException)
        {
            // .NET reads the block again, and says what is wrong with it.
            return new PrivateKey(pem, kind: null);
        }
    }

    /// <summary>The public key; <see langword="null"/> if the key cannot be read.</summary>
    /// <param name="password">The password, if the key is encrypted.</param>
    public PublicKey? FindPublicKey(string password)
    {
        using var rsa = RSA.Create();
        using var ecdsa = ECDsa.Create();
        return TryImport(rsa) ? new PublicKey(rsa) : TryImport(ecdsa) ? new PublicKey(ecdsa) : null;

        bool TryImport(AsymmetricAlgorithm algorithm)
        {
            try
            {
                if (IsEncrypted)
                {
                    algorithm.ImportFromEncryptedPem(Pem, password);
                }
                else
                {
                    algorithm.ImportFromPem(Pem);
                }

                return true;
            }
            catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException)
            {
                return false;
            }
        }
    }

    private static PrivateKey ParsePkcs8(string pem, ReadOnlyMemory<byte> content)
    {
        var fields = new AsnReader(content, AsnEncodingRules.BER).ReadSequence();
        fields.ReadInteger();
        var algorithm = fields.ReadSequence();
        var oid = algorithm.ReadObjectIdentifier();
        var parameters = algorithm.HasData ? algorithm.ReadEncodedValue() : default;
        return oid == EcAlgorithm ? ParseEc(pem, fields.ReadOctetString(), parameters) : new PrivateKey(pem, KeyKind.Of(oid, parameters));
    }

    // RFC 5915. GnuTLS writes a zero byte before some private values, and other tools leave out the public key. .NET reads neither.
    private static PrivateKey ParseEc(string pem, ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> parameters)
    {
        var fields = new AsnReader(content, AsnEncodingRules.BER).ReadSequence();
        fields.ReadInteger();
        var value = fields.ReadOctetString();
        if (fields.HasData && fields.PeekTag().HasSameClassAndValue(ParametersTag))
        {
            parameters = fields.ReadSequence(ParametersTag).ReadEncodedValue();
        }

        var hasPublicKey = fields.HasData && fields.PeekTag().HasSameClassAndValue(PublicKeyTag);
        var kind = KeyKind.Of(EcAlgorithm, parameters);
        if (kind.IsUnusable || parameters.IsEmpty)
        {
            return new PrivateKey(pem, kind);
        }

        var curve = ECCurve.CreateFromValue(new AsnReader(parameters, AsnEncodingRules.BER).ReadObjectIdentifier());
        var length = LengthOf(curve);
        return value.Length == length && hasPublicKey ? new PrivateKey(pem, kind) : new PrivateKey(Encode(curve, value, length), kind);
    }

    private static int LengthOf(ECCurve curve)
    {
        using var example = ECDsa.Create(curve);
        return (example.KeySize + 7) / 8;
    }

    private static string Encode(ECCurve curve, ReadOnlySpan<byte> value, int length)
    {
        var digits = value.TrimStart((byte)0);
        if (digits.Length > length)
        {
            throw new CryptographicException("The private value is too long for its curve.");
        }

        var padded = new byte[length];
        digits.CopyTo(padded.AsSpan(length - digits.Length));
        using var key = ECDsa.Create(new ECParameters { Curve = curve, D = padded });
        return key.ExportECPrivateKeyPem();
    }
}
