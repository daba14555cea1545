using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Trust;

/// <summary>Name constraints of a CA apply to wildcards (CVE-2025-61727) and to the common name.</summary>
public sealed class NameConstraintTests
{
    private const int Permitted = 0;
    private const int Excluded = 1;

    private static readonly DateTimeOffset Before = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset After = new(2110, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [TestCase(Excluded, "secret.example.com", "*.example.com", false)]
    [TestCase(Excluded, "secret.example.com", "*.public.example.com", true)]
    [TestCase(Excluded, "deep.secret.example.com", "*.example.com", true)]
    [TestCase(Excluded, "example.com", "*.example.com", false)]
    [TestCase(Permitted, "example.com", "*.example.com", true)]
    [TestCase(Permitted, "a.example.com", "*.example.com", false)]
    [TestCase(Permitted, "example.com", "a.example.com", true)]
    [TestCase(Permitted, "example.com", "a.example.org", false)]
    public void Apply_to_wildcards(int kind, string domain, string name, bool isAccepted)
    {
        var verdict = Verify(kind, domain, name, verifier => verifier);

        verdict.Reason.Should().Be(isAccepted ? null : ConnectionFailureReason.InvalidChain);
    }

    [Test]
    public void Name_the_CA_and_the_wildcard()
    {
        var verdict = Verify(Excluded, "secret.example.com", "*.example.com", verifier => verifier);

        verdict.Explanation.Should().ContainAll("'CN=constrained'", "'*.example.com'");
        verdict.Explanation.Should().BeApproved();
    }

    [TestCase("example.com", true)]
    [TestCase("example.org", false)]
    public void Apply_to_a_common_name_that_counts_as_a_name(string domain, bool isAccepted)
    {
        var verdict = Verify(Permitted, domain, name: null, verifier => verifier with { AcceptsCommonName = true, ComparesName = true, ExpectedName = "leaf.example.com" });

        verdict.Reason.Should().Be(isAccepted ? null : ConnectionFailureReason.InvalidChain);
    }

    private static PeerVerdict Verify(int kind, string domain, string? name, Func<PeerVerifier, PeerVerifier> change)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var ca = new CertificateRequest("CN=constrained", key, HashAlgorithmName.SHA256);
        ca.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        ca.CertificateExtensions.Add(NameConstraints(kind, domain));
        using var root = ca.CreateSelfSigned(Before, After);
        var request = new CertificateRequest("CN=leaf.example.com", key, HashAlgorithmName.SHA256);
        if (name is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
        }

        using var leaf = request.Create(root, Before, After, [1]);
        var verifier = new PeerVerifier(PeerRole.Server, new TrustBundle(ImmutableHashSet.Create(new CaCertificate(root)), ["ca.pem"]));
        return change(verifier).VerifyAgain(leaf, [], SslPolicyErrors.None, Now);
    }

    private static X509Extension NameConstraints(int kind, string domain)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(new(TagClass.ContextSpecific, kind)))
        using (writer.PushSequence())
            writer.WriteCharacterString(UniversalTagNumber.IA5String, domain, new(TagClass.ContextSpecific, 2));
        return new X509Extension("2.5.29.30", writer.Encode(), critical: true);
    }
}
