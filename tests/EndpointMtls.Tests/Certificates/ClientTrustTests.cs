using System.Collections.Immutable;
using System.Security.Cryptography;
using EndpointMtls.Certificates;
using EndpointMtls.Tests.Support;
using EndpointMtls.Trust;

namespace EndpointMtls.Tests.Certificates;

/// <summary>Whether clients that were let in are still vouched for: by whatever way, and whatever the date.</summary>
public sealed class ClientTrustTests
{
    private static readonly DateTimeOffset Past = new(2021, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestAuthority _root = TestAuthority.CreateRoot("clients");

    [Test]
    public void A_client_is_vouched_for_by_the_anchor_it_came_with() =>
        IsTrusted(_root.IssueClient("a"), _root.Certificate.GetCertHashString(HashAlgorithmName.SHA256)).Should().BeTrue();

    [Test]
    public void A_client_is_vouched_for_by_another_way_than_it_came() => IsTrusted(_root.IssueClient("a")).Should().BeTrue();

    [Test]
    public void A_client_is_vouched_for_with_the_intermediates_it_sent() => IsTrusted(_root.CreateIntermediate("team").IssueClient("a")).Should().BeTrue();

    [Test]
    public void A_client_whose_certificate_has_expired_is_still_vouched_for() =>
        IsTrusted(_root.Issue("a", [], TestAuthority.ClientAuthentication, notAfter: Past)).Should().BeTrue();

    [Test]
    public void A_client_of_a_stranger_is_not() => IsTrusted(TestAuthority.CreateRoot("clients").IssueClient("a")).Should().BeFalse();

    [Test]
    public void A_client_with_the_certificate_of_a_server_is_not() => IsTrusted(_root.IssueServer("a")).Should().BeFalse();

    private bool IsTrusted(TestCertificate client, string anchor = "another") =>
        new TlsMaterial(1, TestDefinitions.Tls, Identity: null, ImmutableHashSet.Create(new Authority(_root.Certificate)))
            .TrustsClient(new PeerChain("CN=another", anchor, client.Leaf.RawData, [.. client.Intermediates.Select(certificate => certificate.RawData)]));
}
