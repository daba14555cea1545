using System.Collections.Immutable;
using System.Security.Cryptography;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Trust;

/// <summary>Whether a peer that was accepted before is still accepted: through any anchor, whatever the date.</summary>
public sealed class PeerChainTests
{
    private static readonly DateTimeOffset Past = new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestCa _root = TestCa.CreateRoot("clients");

    [Test]
    public void A_client_is_accepted_by_the_anchor_it_came_with() =>
        IsTrusted(_root.IssueClient("a"), _root.Certificate.GetCertHashString(HashAlgorithmName.SHA256)).Should().BeTrue();

    [Test]
    public void A_client_is_accepted_through_another_anchor() => IsTrusted(_root.IssueClient("a")).Should().BeTrue();

    [Test]
    public void A_client_is_accepted_with_the_intermediates_it_sent() => IsTrusted(_root.CreateIntermediate("team").IssueClient("a")).Should().BeTrue();

    [Test]
    public void A_client_whose_certificate_has_expired_is_still_accepted() =>
        IsTrusted(_root.Issue("a", [], TestCa.ClientAuthentication, notAfter: Past)).Should().BeTrue();

    [Test]
    public void A_client_of_a_stranger_is_not() => IsTrusted(TestCa.CreateRoot("clients").IssueClient("a")).Should().BeFalse();

    [Test]
    public void A_client_with_the_certificate_of_a_server_is_not() => IsTrusted(_root.IssueServer("a")).Should().BeFalse();

    [TestCase("allowed.example", true)]
    [TestCase("other.example", false)]
    public void A_client_whose_names_are_allowed_no_more_is_not(string pattern, bool isAccepted)
    {
        var verifier = Verifier(PeerRole.Client) with { AllowedSans = [SanPattern.Parse(pattern)] };
        var client = _root.IssueClient("a", "allowed.example");

        verifier.StillAccepts(ChainOf(client, anchor: "another")).Should().Be(isAccepted);
        verifier.StillAccepts(ChainOf(client, _root.Certificate.GetCertHashString(HashAlgorithmName.SHA256))).Should().Be(isAccepted);
    }

    [Test]
    public void A_server_is_judged_by_the_same_rules()
    {
        Verifier(PeerRole.Server).StillAccepts(ChainOf(_root.IssueServer("a"), "another")).Should().BeTrue();
        Verifier(PeerRole.Server).StillAccepts(ChainOf(_root.IssueClient("a"), "another")).Should().BeFalse();
        (Verifier(PeerRole.Server) with { AcceptsAnyCertificate = true }).StillAccepts(ChainOf(_root.IssueClient("a"), "another")).Should().BeTrue();
    }

    private bool IsTrusted(TestCertificate client, string anchor = "another") => Verifier(PeerRole.Client).StillAccepts(ChainOf(client, anchor));

    private PeerVerifier Verifier(PeerRole role) => new(role, new TrustBundle(ImmutableHashSet.Create(new CaCertificate(_root.Certificate)), ["ca.pem"]));

    private static PeerChain ChainOf(TestCertificate peer, string anchor) =>
        new("CN=another", anchor, peer.Leaf.RawData, [.. peer.Intermediates.Select(certificate => certificate.RawData)]);
}
