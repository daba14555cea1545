using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A server is accepted if one path of its chain is valid.</summary>
public sealed class SeveralPathTests : PeerTrustFixture
{
    private readonly TestCa _next = TestCa.CreateRoot("next");
    private readonly TestCa _untrusted = TestCa.CreateRoot("untrusted");

    [Test]
    public async Task Accepts_a_cross_signed_server_by_either_root_in_either_order()
    {
        var certificate = _next.IssueServer("127.0.0.1") with { Intermediates = [Root.CrossSign(_next)] };

        foreach (var trusted in new TestCa[][] { [Root], [_next], [Root, _next], [_next, Root] })
            (await CallAsync(certificate, null, trusted)).Should().BeNull();
        (await CallAsync(certificate, null, _untrusted))!.Reason.Should().Be(ConnectionFailureReason.UntrustedRoot);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Accepts_a_server_by_one_of_a_cross_signed_pair_in_either_order(bool reverses)
    {
        var team = _untrusted.CreateIntermediate("team");
        X509Certificate2[] pair = [team.Certificate, Root.CrossSign(team)];

        (await CallAsync(team.IssueServer("127.0.0.1") with { Intermediates = [] }, Known(reverses ? [pair[1], pair[0]] : pair))).Should().BeNull();
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Accepts_a_server_beside_whose_intermediate_is_another_of_the_same_name(bool reverses)
    {
        var (team, other) = (Root.CreateIntermediate("team"), Root.CreateIntermediate("team"));
        var certificate = team.IssueServer("127.0.0.1") with { Intermediates = [] };

        (await CallAsync(certificate, Known(reverses ? [team.Certificate, other.Certificate] : [other.Certificate, team.Certificate]))).Should().BeNull();
        (await CallAsync(certificate, Known(other.Certificate))).Should().NotBeNull();
    }

    [Test]
    public async Task Accepts_a_server_if_an_expired_root_is_beside_its_successor_in_either_order()
    {
        var expired = Root.IssueAgain(notAfter: new(2021, 6, 1, 0, 0, 0, TimeSpan.Zero));
        var certificate = Root.CreateIntermediate("team").IssueServer("127.0.0.1");

        (await CallAsync(certificate, null, expired, Root)).Should().BeNull();
        (await CallAsync(certificate, null, Root, expired)).Should().BeNull();
        (await CallAsync(certificate, null, expired, _next))!.Reason.Should().Be(ConnectionFailureReason.Expired);
    }

    [Test]
    public async Task Accepts_a_server_by_the_path_with_the_pinned_key()
    {
        var certificate = _next.IssueServer("127.0.0.1") with { Intermediates = [Root.CrossSign(_next)] };

        foreach (var pinned in new[] { Root, _next })
            (await CallAsync(certificate, tls => tls.Pins.Add(KeyPin.Of(pinned.Certificate).ToString()), Root, _next)).Should().BeNull();
    }

    // A server of .NET sends only one path.
    private Action<TlsOptions> Known(params X509Certificate2[] intermediates) =>
        tls => tls.CaFile.Add(Folder.Write("intermediates.crt", string.Join('\n', intermediates.Select(intermediate => intermediate.ExportCertificatePem()))));
}
