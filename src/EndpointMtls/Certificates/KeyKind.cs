using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Certificates;

/// <summary>The algorithm of a key, with the curve of an EC key.</summary>
/// <param name="Name">The name with its article, such as "an EC key on P-256".</param>
internal sealed record KeyKind(string Name)
{
    /// <summary>Whether .NET cannot use such keys for TLS.</summary>
    public bool IsUnusable { get; private init; }

    /// <summary>The name of the curve, if it is a named one other than P-256, P-384 and P-521.</summary>
    public string? WeakCurve { get; private init; }

    /// <summary>The kind of the key of a certificate.</summary>
    public static KeyKind Of(X509Certificate2 certificate) => Of(certificate.PublicKey);

    public static KeyKind Of(PublicKey key) => Of(key.Oid.Value ?? "", key.EncodedParameters?.RawData ?? []);

    /// <param name="algorithm">The object identifier of the algorithm.</param>
    /// <param name="parameters">Its encoded parameters; empty if there are none.</param>
    public static KeyKind Of(string algorithm, ReadOnlyMemory<byte> parameters) => algorithm switch
    {
        "1.2.840.113549.1.1.1" => new KeyKind("an RSA key"),
        "1.2.840.113549.1.1.7" => Unusable("an RSA-OAEP key"),
        "1.2.840.113549.1.1.10" => Unusable("an RSA-PSS key"),
        "1.2.840.10040.4.1" => Unusable("a DSA key"),
        "1.2.840.10045.2.1" => OfCurve(parameters),
        "1.3.101.110" => Unusable("an X25519 key"),
        "1.3.101.111" => Unusable("an X448 key"),
        "1.3.101.112" => Unusable("an Ed25519 key"),
        "1.3.101.113" => Unusable("an Ed448 key"),
        _ => new KeyKind($"a key of the algorithm {algorithm}"),
    };

    private static KeyKind Unusable(string name) => new(name) { IsUnusable = true };

    private static KeyKind OfCurve(ReadOnlyMemory<byte> parameters)
    {
        if (FindCurve(parameters) is not { } curve)
        {
            return parameters.IsEmpty ? new KeyKind("an EC key without parameters") : Unusable("an EC key with explicit parameters");
        }

        var strong = curve switch
        {
            "1.2.840.10045.3.1.7" => "P-256",
            "1.3.132.0.34" => "P-384",
            "1.3.132.0.35" => "P-521",
            _ => null,
        };
        var name = strong ?? (curve == "1.3.132.0.10" ? "secp256k1" : new Oid(curve).FriendlyName ?? curve);
        return new KeyKind($"an EC key on {name}") { WeakCurve = strong is null ? name : null };
    }

    private static string? FindCurve(ReadOnlyMemory<byte> parameters)
    {
        try
        {
            return new AsnReader(parameters, AsnEncodingRules.BER).ReadObjectIdentifier();
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
