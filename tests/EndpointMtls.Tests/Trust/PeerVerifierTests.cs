using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Trust;

/// <summary>Servers and clients are verified by the same rules. Of several reasons, the most important is given.</summary>
[TestFixture("Server")]
[TestFixture("Client")]
public sealed class PeerVerifierTests(string peer)
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PeerRole _role = Enum.Parse<PeerRole>(peer);
    private readonly TestCa _root = TestCa.CreateRoot("root");
    private readonly TestCa _otherRoot = TestCa.CreateRoot("other");

    [Test]
    public void Accepts_a_certificate_of_a_trusted_CA()
    {
        var verdict = Verify(Issue());

        verdict.Reason.Should().BeNull();
        verdict.Explanation.Should().BeEmpty();
        verdict.Subject.Should().BeEmpty("only a verifier that describes peers reads names");
        verdict.Chain.Should().BeNull("only a verifier that keeps chains copies them");
        var described = Verify(Issue(), verifier => verifier with { DescribesPeer = true });
        (described.Subject, described.Names.Dns.Single()).Should().Be(("CN=peer", "peer.example"));
        Verify(Issue(), verifier => verifier with { KeepsChain = true }).Chain!.Anchor.Should().Be("CN=root");
    }

    [Test]
    public void Rejects_an_invalid_certificate_with_the_reason()
    {
        var tampered = Issue().Leaf.RawData;
        tampered[^1] ^= 1;

        Verify(null).Reason.Should().Be(ConnectionFailureReason.CertificateMissing);
        Verify(Issue(_otherRoot)).Reason.Should().Be(ConnectionFailureReason.UntrustedRoot);
        Verify(Issue(_root.CreateIntermediate("team")) with { Intermediates = [] }).Reason.Should().Be(ConnectionFailureReason.UntrustedRoot);
        Verify(Issue(notAfter: Now.AddDays(-1))).Reason.Should().Be(ConnectionFailureReason.Expired);
        Verify(Issue(notBefore: Now.AddDays(1))).Reason.Should().Be(ConnectionFailureReason.NotYetValid);
        Verify(Issue(usage: OtherUsage)).Reason.Should().Be(ConnectionFailureReason.EkuMismatch);
        Verify(Issue() with { Leaf = X509CertificateLoader.LoadCertificate(tampered) }).Reason.Should().Be(ConnectionFailureReason.InvalidChain);
    }

    [Test]
    public void Gives_the_most_important_of_several_reasons()
    {
        Verify(Issue(_otherRoot, notAfter: Now.AddDays(-1)), errors: SslPolicyErrors.RemoteCertificateNameMismatch)
            .Reason.Should().Be(ConnectionFailureReason.UntrustedRoot);
        Verify(Issue(notAfter: Now.AddDays(-1)), errors: SslPolicyErrors.RemoteCertificateNameMismatch)
            .Reason.Should().Be(ConnectionFailureReason.Expired);
        Verify(Issue(), verifier => WithSans("other.example")(verifier) with { ExpectedName = "other.example" }, SslPolicyErrors.RemoteCertificateNameMismatch)
            .Reason.Should().Be(ConnectionFailureReason.NameMismatch);
    }

    [Test]
    public void Rejects_a_chain_without_elements_and_a_missing_chain()
    {
        var verifier = Verifier;
        var leaf = Issue().Leaf;
        using var unbuilt = new X509Chain();

        verifier.Verify(leaf, unbuilt, SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch, Now)
            .Reason.Should().Be(ConnectionFailureReason.InvalidChain);
        verifier.Verify(leaf, unbuilt, SslPolicyErrors.None, Now).Reason.Should().Be(ConnectionFailureReason.InvalidChain);
        verifier.Verify(leaf, null, SslPolicyErrors.None, Now).Reason.Should().Be(ConnectionFailureReason.InvalidChain);
    }

    [TestCase("peer.example", true)]
    [TestCase("other.example", false)]
    public void Compares_the_name_itself_if_that_is_set(string name, bool isAccepted)
    {
        PeerVerifier Expecting(PeerVerifier verifier) => verifier with { ExpectedName = name, ComparesName = true };

        Verify(Issue(), Expecting).IsAccepted.Should().Be(isAccepted);
        Verify(Issue(), Expecting, SslPolicyErrors.RemoteCertificateNameMismatch)
            .IsAccepted.Should().Be(isAccepted, "the runtime compared another name");
    }

    [TestCase("peer.example", true)]
    [TestCase("*.example", true)]
    [TestCase("other.example", false)]
    public void Accepts_only_allowed_names(string pattern, bool isAccepted)
    {
        Verify(Issue(), WithSans("no.example", pattern)).Reason.Should().Be(isAccepted ? null : ConnectionFailureReason.SanNotAllowed);
    }

    [Test]
    public void Accepts_any_certificate_if_that_is_set_but_not_a_missing_one()
    {
        static PeerVerifier Insecure(PeerVerifier verifier) => verifier with { AcceptsAnyCertificate = true };

        Verify(Issue(_otherRoot, notAfter: Now.AddDays(-1), usage: OtherUsage), Insecure, SslPolicyErrors.RemoteCertificateNameMismatch)
            .IsAccepted.Should().BeTrue();
        Verify(null, Insecure).Reason.Should().Be(ConnectionFailureReason.CertificateMissing);
    }

    [Test]
    public void Builds_a_chain_again_that_was_built_with_another_policy()
    {
        var certificate = Issue(_root.CreateIntermediate("team"));
        X509Certificate2Collection sent = [.. certificate.Intermediates];
        var verifier = Verifier with { ExpectedName = "peer.example" };

        verifier.VerifyAgain(certificate.Leaf, sent, SslPolicyErrors.RemoteCertificateChainErrors, Now).IsAccepted.Should().BeTrue("only the rebuilt chain counts");
        verifier.VerifyAgain(certificate.Leaf, [], SslPolicyErrors.None, Now).Reason.Should().Be(ConnectionFailureReason.UntrustedRoot);
        verifier.VerifyAgain(certificate.Leaf, sent, SslPolicyErrors.RemoteCertificateNameMismatch, Now).Reason.Should().Be(ConnectionFailureReason.NameMismatch);
        verifier.VerifyAgain(null, sent, SslPolicyErrors.None, Now).Reason.Should().Be(ConnectionFailureReason.CertificateMissing);
    }

    private static Func<PeerVerifier, PeerVerifier> WithSans(params string[] patterns) =>
        verifier => verifier with { AllowedSans = [.. patterns.Select(SanPattern.Parse)] };

    private Oid Usage => _role == PeerRole.Server ? TestCa.ServerAuthentication : TestCa.ClientAuthentication;

    private Oid OtherUsage => _role == PeerRole.Server ? TestCa.ClientAuthentication : TestCa.ServerAuthentication;

    private PeerVerifier Verifier => new(_role, new TrustBundle(ImmutableHashSet.Create(new CaCertificate(_root.Certificate)), ["ca.pem"]));

    private TestCertificate Issue(TestCa? issuer = null, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null, Oid? usage = null) =>
        (issuer ?? _root).Issue("peer", ["peer.example"], usage ?? Usage, notBefore, notAfter);

    private PeerVerdict Verify(TestCertificate? certificate, Func<PeerVerifier, PeerVerifier>? change = null, SslPolicyErrors errors = SslPolicyErrors.None)
    {
        var verifier = (change ?? (unchanged => unchanged))(Verifier);
        if (certificate is null)
            return verifier.Verify(null, null, SslPolicyErrors.RemoteCertificateNotAvailable, Now);

        using var chain = new X509Chain { ChainPolicy = verifier.CreateChainPolicy() };
        chain.ChainPolicy.ExtraStore.AddRange(certificate.Intermediates.ToArray());
        var chainErrors = chain.Build(certificate.Leaf) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
        return verifier.Verify(certificate.Leaf, chain, errors | chainErrors, Now);
    }
}
