using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A server whose certificate is not what the realm asks for is refused, and told from all others.</summary>
public sealed class ServerCertificateTests : ConnectionFailureFixture
{
    [Test]
    public async Task A_server_of_another_realm_is_untrusted()
    {
        var other = TestCa.CreateRoot("other root");
        await using var server = await EchoServer.StartTlsAsync(other.IssueServer("127.0.0.1"));

        (await FailAsync(server, ConnectionFailureReason.UntrustedRoot))
            .Should().Contain("'CN=server 127.0.0.1', issued by 'CN=other root', does not lead to a trust anchor in");
    }

    [Test]
    public async Task A_self_signed_server_is_untrusted()
    {
        var stranger = TestCa.CreateRoot("127.0.0.1");
        await using var server = await EchoServer.StartTlsAsync(stranger.AsLeaf());

        await FailAsync(server, ConnectionFailureReason.UntrustedRoot);
    }

    [Test]
    public async Task An_expired_server_certificate_says_when()
    {
        await using var server = await EchoServer.StartTlsAsync(
            Root.Issue("old", ["127.0.0.1"], TestCa.ServerAuthentication, Now.AddDays(-2), Now.AddDays(-1)));

        (await FailAsync(server, ConnectionFailureReason.Expired)).Should().Contain("expired on ").And.Contain("it is now ");
    }

    [Test]
    public async Task A_server_certificate_of_the_future_says_when()
    {
        await using var server = await EchoServer.StartTlsAsync(
            Root.Issue("early", ["127.0.0.1"], TestCa.ServerAuthentication, Now.AddDays(1), Now.AddDays(2)));

        (await FailAsync(server, ConnectionFailureReason.NotYetValid)).Should().Contain("is not valid before ").And.Contain("Compare the clocks");
    }

    [Test]
    public async Task A_certificate_for_another_name_lists_its_names()
    {
        await using var server = await EchoServer.StartTlsAsync(Root.IssueServer("store.eu", "10.0.0.1"));

        (await FailAsync(server, ConnectionFailureReason.NameMismatch))
            .Should().Contain("is for 'store.eu', '10.0.0.1', not for '127.0.0.1'. Set 'server_name' if another name is right");
    }

    [Test]
    public async Task A_client_certificate_does_not_make_a_server()
    {
        await using var server = await EchoServer.StartTlsAsync(Root.Issue("client", ["127.0.0.1"], TestCa.ClientAuthentication));

        (await FailAsync(server, ConnectionFailureReason.EkuMismatch)).Should().Contain("'serverAuth'");
    }

    [Test]
    public async Task The_time_is_that_of_the_time_provider()
    {
        await using var server = await EchoServer.StartTlsAsync(Root.Issue("short", ["127.0.0.1"], TestCa.ServerAuthentication, Now.AddDays(-1), Now.AddDays(1)));
        await using var services = ServicesFor(server.Address, withCertificate: true, new FakeTimeProvider(Now.AddDays(2)));

        (await FailAsync(services, server.Address)).Reason.Should().Be(ConnectionFailureReason.Expired);
    }
}
