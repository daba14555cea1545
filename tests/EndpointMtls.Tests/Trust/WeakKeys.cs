using System.Security.Cryptography;

namespace EndpointMtls.Tests.Trust;

/// <summary>Strong and weak keys by name. Each is created once.</summary>
internal static class WeakKeys
{
    /// <summary>The key that nothing is wrong with. It can also sign with MD5.</summary>
    public const string Strong = "RSA 2048";

    private static readonly Dictionary<string, Lazy<AsymmetricAlgorithm>> Keys = new()
    {
        ["RSA 512"] = Rsa(512),
        ["RSA 1024"] = Rsa(1024),
        ["RSA 2040"] = Rsa(2040),
        [Strong] = Rsa(2048),
        ["RSA 3072"] = Rsa(3072),
        ["RSA 4096"] = Rsa(4096),
        ["P-192"] = Curve("1.2.840.10045.3.1.1"),
        ["P-224"] = Curve("1.3.132.0.33"),
        ["P-256"] = Curve("1.2.840.10045.3.1.7"),
        ["P-384"] = Curve("1.3.132.0.34"),
        ["P-521"] = Curve("1.3.132.0.35"),
        ["secp256k1"] = Curve("1.3.132.0.10"),
        ["DSA 1024"] = new(() => DSA.Create(1024)),
    };

    public static IEnumerable<string> All => Keys.Keys;

    public static AsymmetricAlgorithm Get(string name) => Keys[name].Value;

    public static bool IsStrong(string name) => name is Strong or "RSA 3072" or "RSA 4096" or "P-256" or "P-384" or "P-521";

    private static Lazy<AsymmetricAlgorithm> Rsa(int bits) => new(() => RSA.Create(bits));

    private static Lazy<AsymmetricAlgorithm> Curve(string oid) => new(() => ECDsa.Create(ECCurve.CreateFromValue(oid)));
}
