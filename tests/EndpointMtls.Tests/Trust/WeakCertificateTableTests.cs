using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Trust;

/// <summary>Every kind of key with every hash, at every position of a chain. The other certificates of the chain are strong.</summary>
[TestFixture("Server")]
[TestFixture("Client")]
public sealed class WeakCertificateTableTests(string peer)
{
    private const string Anchor = "anchor";
    private const string Intermediate = "intermediate";
    private const string Leaf = "leaf";

    private static readonly DateTimeOffset Before = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset After = new(2110, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Positions = [Leaf, Intermediate, Anchor];
    private static readonly string[] Hashes = ["MD5", "SHA1", "SHA256"];

    private readonly PeerRole _role = Enum.Parse<PeerRole>(peer);

    private static IEnumerable<TestCaseData> Table =>
        from key in WeakKeys.All
        from position in Positions
        from hash in Hashes
        where position != Anchor || hash != "MD5" || key.StartsWith("RSA", StringComparison.Ordinal)
        select new TestCaseData(key, position, hash);

    [TestCaseSource(nameof(Table))]
    public void Accepts_a_chain_exactly_when_all_its_certificates_are_strong(string key, string position, string hash)
    {
        // The signature of an anchor is not verified.
        var isStrong = WeakKeys.IsStrong(key) && (position == Anchor || hash == "SHA256");

        var verdict = Verify(key, position, new HashAlgorithmName(hash), acceptsWeak: false);

        verdict.Reason.Should().Be(isStrong ? null : ConnectionFailureReason.WeakCertificate, verdict.Explanation);
        if (!isStrong)
            verdict.Explanation.Should().Contain($"has a weak chain: 'CN={FirstWeak(key, position)}' has a");
    }

    [TestCaseSource(nameof(Table))]
    public void Accepts_a_weak_chain_if_that_is_allowed(string key, string position, string hash)
    {
        var verdict = Verify(key, position, new HashAlgorithmName(hash), acceptsWeak: true);

        verdict.Reason.Should().BeNull(verdict.Explanation);
    }

    [TestCase(2047, false)]
    [TestCase(2048, true)]
    public void Counts_the_bits_of_an_RSA_key(int bits, bool isStrong)
    {
        var verdict = Verify(Chain(WeakKeys.Strong, Leaf, HashAlgorithmName.SHA256, PublicRsaKey(bits)), acceptsWeak: false);

        verdict.Reason.Should().Be(isStrong ? null : ConnectionFailureReason.WeakCertificate, verdict.Explanation);
        verdict.Explanation.Contains($" {bits} bits", StringComparison.Ordinal).Should().Be(!isStrong);
    }

    // All signatures with DSA keys are weak.
    private static string FirstWeak(string key, string position) => !key.StartsWith("DSA", StringComparison.Ordinal) || position == Leaf ? position
        : position == Anchor ? Intermediate : Leaf;

    private PeerVerdict Verify(string key, string position, HashAlgorithmName hash, bool acceptsWeak) => Verify(Chain(key, position, hash), acceptsWeak);

    private PeerVerdict Verify(X509Certificate2[] chain, bool acceptsWeak)
    {
        var trusted = new TrustBundle(ImmutableHashSet.Create(new CaCertificate(chain[2])), ["ca.pem"]);
        var verifier = new PeerVerifier(_role, trusted) { AcceptsWeakCertificates = acceptsWeak };
        return verifier.VerifyAgain(chain[0], [chain[1]], SslPolicyErrors.None, Now);
    }

    // The leaf first. Only the certificate at the position has the key, and a signature with the hash.
    private static X509Certificate2[] Chain(string key, string position, HashAlgorithmName hash, PublicKey? leafKey = null)
    {
        var (root, team) = (KeyOf(Anchor), KeyOf(Intermediate));
        return
        [
            Create(Leaf, Intermediate, leafKey ?? new PublicKey(KeyOf(Leaf)), team),
            Create(Intermediate, Anchor, new PublicKey(team), root),
            Create(Anchor, Anchor, new PublicKey(root), root),
        ];

        AsymmetricAlgorithm KeyOf(string name) => WeakKeys.Get(name == position ? key : WeakKeys.Strong);

        X509Certificate2 Create(string name, string issuer, PublicKey publicKey, AsymmetricAlgorithm signer)
        {
            var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), publicKey, name == position ? hash : HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(name != Leaf, false, 0, true));
            return request.Create(new X500DistinguishedName($"CN={issuer}"), new WeakSigner(signer), Before, After, RandomNumberGenerator.GetBytes(8));
        }
    }

    // .NET creates only keys of a multiple of 8 bits.
    private static PublicKey PublicRsaKey(int bits)
    {
        var modulus = RandomNumberGenerator.GetBytes(256);
        modulus[0] = bits == 2048 ? (byte)0x80 : (byte)0x7F;
        modulus[^1] |= 1;
        using var key = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = [1, 0, 1] });
        return new PublicKey(key);
    }
}
