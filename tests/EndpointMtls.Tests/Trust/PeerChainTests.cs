using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Trust;

/// <summary>Whether a previously accepted peer is still accepted.</summary>
public sealed class PeerChainTests
{
    private static readonly DateTimeOffset Past = new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestCa _root = TestCa.CreateRoot("clients");

    [Test]
    public void Accepts_a_client_through_the_same_anchor() =>
        IsStillAccepted(_root.IssueClient("a"), _root.Certificate.GetCertHashString(HashAlgorithmName.SHA256)).Should().BeTrue();

    [Test]
    public void Accepts_a_client_through_another_anchor() => IsStillAccepted(_root.IssueClient("a")).Should().BeTrue();

    [Test]
    public void Accepts_a_client_with_the_intermediates_that_it_sent() => IsStillAccepted(_root.CreateIntermediate("team").IssueClient("a")).Should().BeTrue();

    [Test]
    public void Accepts_a_client_whose_certificate_has_expired() =>
        IsStillAccepted(_root.Issue("a", [], TestCa.ClientAuthentication, notAfter: Past)).Should().BeTrue();

    [Test]
    public void Rejects_a_client_of_another_CA() => IsStillAccepted(TestCa.CreateRoot("clients").IssueClient("a")).Should().BeFalse();

    [Test]
    public void Rejects_a_client_with_a_server_certificate() => IsStillAccepted(_root.IssueServer("a")).Should().BeFalse();

    [TestCase("allowed.example", true)]
    [TestCase("other.example", false)]
    public void Accepts_a_client_only_if_its_names_are_still_allowed(string pattern, bool isAccepted)
    {
        var verifier = Verifier(PeerRole.Client) with { AllowedSans = [SanPattern.Parse(pattern)] };
        var client = _root.IssueClient("a", "allowed.example");

        verifier.StillAccepts(ChainOf(client, anchor: "another")).Should().Be(isAccepted);
        verifier.StillAccepts(ChainOf(client, _root.Certificate.GetCertHashString(HashAlgorithmName.SHA256))).Should().Be(isAccepted);
    }

    [Test]
    public void Verifies_servers_by_the_same_rules()
    {
        Verifier(PeerRole.Server).StillAccepts(ChainOf(_root.IssueServer("a"), "another")).Should().BeTrue();
        Verifier(PeerRole.Server).StillAccepts(ChainOf(_root.IssueClient("a"), "another")).Should().BeFalse();
        (Verifier(PeerRole.Server) with { AcceptsAnyCertificate = true }).StillAccepts(ChainOf(_root.IssueClient("a"), "another")).Should().BeTrue();
    }

    [TestCase(false)]
    [TestCase(true)]
    public void Accepts_a_client_by_the_certificate_that_the_first_path_did_not_need(bool reverses)
    {
        var other = TestCa.CreateRoot("other");
        var team = _root.CreateIntermediate("team");
        X509Certificate2[] pair = [team.Certificate, other.CrossSign(team)];
        X509Certificate2Collection sent = [.. reverses ? pair.Reverse() : pair];
        foreach (var (first, second) in new[] { (_root, other), (other, _root) })
        {
            var verdict = (Verifier(PeerRole.Client, first) with { KeepsChain = true })
                .VerifyAgain(team.IssueClient("a").Leaf, sent, SslPolicyErrors.None, TimeProvider.System.GetUtcNow());

            Verifier(PeerRole.Client, second).StillAccepts(verdict.Chain!).Should().BeTrue();
        }
    }

    private bool IsStillAccepted(TestCertificate client, string anchor = "another") => Verifier(PeerRole.Client).StillAccepts(ChainOf(client, anchor));

    private PeerVerifier Verifier(PeerRole role, TestCa? trusted = null) =>
        new(role, new TrustBundle(ImmutableHashSet.Create(new CaCertificate((trusted ?? _root).Certificate)), ["ca.pem"]));

    private static PeerChain ChainOf(TestCertificate peer, string anchor) =>
        new("CN=another", anchor, peer.Leaf.RawData, [.. peer.Intermediates.Select(certificate => certificate.RawData)]);
}
