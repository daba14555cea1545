using EndpointMtls.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A server whose certificate the realm does not accept is rejected with a distinct reason.</summary>
public sealed class ServerCertificateTests : ConnectionFailureFixture
{
    [Test]
    public async Task A_server_certificate_of_another_CA_is_untrusted()
    {
        var other = TestCa.CreateRoot("other root");
        await using var server = await EchoServer.StartTlsAsync(other.IssueServer("127.0.0.1"));

        (await FailAsync(server, ConnectionFailureReason.UntrustedRoot)).Should().ContainAll("'CN=server 127.0.0.1'", "'CN=other root'", Folder.Root);
    }

    [Test]
    public async Task A_self_signed_server_certificate_is_untrusted()
    {
        var selfSigned = TestCa.CreateRoot("127.0.0.1");
        await using var server = await EchoServer.StartTlsAsync(selfSigned.AsLeaf());

        await FailAsync(server, ConnectionFailureReason.UntrustedRoot);
    }

    [Test]
    public async Task An_expired_server_certificate_is_reported_with_its_expiry_and_the_current_time()
    {
        await using var server = await EchoServer.StartTlsAsync(
            Root.Issue("old", ["127.0.0.1"], TestCa.ServerAuthentication, Now.AddDays(-2), Now.AddDays(-1)));

        (await FailAsync(server, ConnectionFailureReason.Expired)).Should().Contain("expired on ").And.Contain("it is now ");
    }

    [Test]
    public async Task A_server_certificate_that_is_not_yet_valid_is_reported_with_its_start_and_a_hint()
    {
        await using var server = await EchoServer.StartTlsAsync(
            Root.Issue("early", ["127.0.0.1"], TestCa.ServerAuthentication, Now.AddDays(1), Now.AddDays(2)));

        (await FailAsync(server, ConnectionFailureReason.NotYetValid)).Should().Contain("is not valid before ").And.Contain("clock");
    }

    [Test]
    public async Task A_certificate_for_another_name_is_reported_with_its_names()
    {
        await using var server = await EchoServer.StartTlsAsync(Root.IssueServer("store.eu", "10.0.0.1"));

        (await FailAsync(server, ConnectionFailureReason.NameMismatch))
            .Should().ContainAll("'store.eu', '10.0.0.1'", "'127.0.0.1'", "'server_name'");
    }

    [Test]
    public async Task A_client_certificate_is_rejected_for_a_server()
    {
        await using var server = await EchoServer.StartTlsAsync(Root.Issue("client", ["127.0.0.1"], TestCa.ClientAuthentication));

        (await FailAsync(server, ConnectionFailureReason.EkuMismatch)).Should().Contain("'serverAuth'");
    }

    [Test]
    public async Task The_validity_is_checked_against_the_time_provider()
    {
        await using var server = await EchoServer.StartTlsAsync(Root.Issue("short", ["127.0.0.1"], TestCa.ServerAuthentication, Now.AddDays(-1), Now.AddDays(1)));
        await using var services = ServicesFor(server.Address, withCertificate: true, new FakeTimeProvider(Now.AddDays(2)));

        (await FailAsync(services, server.Address)).Reason.Should().Be(ConnectionFailureReason.Expired);
    }
}
