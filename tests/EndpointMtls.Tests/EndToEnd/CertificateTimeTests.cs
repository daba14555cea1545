using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Which certificate a server sees when certificates become valid or expire.</summary>
public sealed class CertificateTimeTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TestCa _root = TestCa.CreateRoot("root");

    [Test]
    public async Task A_pending_certificate_is_presented_from_the_moment_it_is_valid()
    {
        await using var server = await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1"), _root);
        await using var realm = new TestRealm(_root, _root.IssueClient("first"), start: TestRealm.Behind);
        var client = new Echo.EchoClient(realm.Services.Factory.GetChannel(server.Address));
        await realm.RotateAsync(_root.Issue("next", [], TestCa.ClientAuthentication, notBefore: TestRealm.Behind + Hour));

        (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=first");
        realm.Time.Advance(Hour);

        await client.UntilPresents("CN=next");
    }

    [Test]
    public async Task By_default_an_expired_certificate_is_still_presented()
    {
        await using var server = await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1"), _root);
        await using var realm = new TestRealm(_root, Expiring());
        realm.Time.Advance(Hour);

        var client = new Echo.EchoClient(realm.Services.Factory.GetChannel(server.Address));

        (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=expiring");
    }

    [Test]
    public async Task With_on_expired_fail_calls_fail_after_the_expiry_and_succeed_after_a_renewal()
    {
        await using var server = await EchoServer.StartTlsAsync(_root.IssueServer("127.0.0.1"), _root);
        await using var realm = new TestRealm(_root, Expiring(), options => options.TlsConfig!.OnExpired = ExpiredAction.Fail);
        var client = new Echo.EchoClient(realm.Services.Factory.GetChannel(server.Address));
        realm.Time.Advance(Hour);

        var failure = (await client.Awaiting(x => x.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Should().ThrowAsync<RpcException>()).Which;
        failure.StatusCode.Should().Be(StatusCode.Unavailable);
        EndpointConnectionException.ReasonOf(failure).Should().Be(ConnectionFailureReason.ClientCertificateExpired);
        failure.Status.Detail.Should().ContainAll(server.Address, "'eu'", "'CN=expiring'", "2100-01-01 01:00:00Z", realm.CertFile);
        EndpointConnectionException.Find(failure)!.Message.Should().BeApproved();

        realm.Present(_root.IssueClient("renewed"));
        realm.Time.Advance(TimeSpan.FromSeconds(1));

        (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=renewed");
    }

    private TestCertificate Expiring() => _root.Issue("expiring", [], TestCa.ClientAuthentication, notAfter: TestRealm.Ahead + Hour);
}
