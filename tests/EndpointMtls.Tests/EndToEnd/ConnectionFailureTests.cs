using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Every way a connection fails has its own reason, in the exception, the description and the log.</summary>
public sealed class ConnectionFailureTests
{
    private static readonly TestAuthority Root = TestAuthority.CreateRoot("root");
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_server_of_another_realm_is_untrusted()
    {
        var other = TestAuthority.CreateRoot("other root");
        await using var server = await EchoServer.StartTlsAsync(other.IssueServer("127.0.0.1"));

        (await FailAsync(server, ConnectionFailureReason.UntrustedRoot))
            .Should().Contain("'CN=server 127.0.0.1' is issued by 'CN=other root', which does not lead to a root in");
    }

    [Test]
    public async Task A_self_signed_server_is_untrusted()
    {
        var stranger = TestAuthority.CreateRoot("127.0.0.1");
        await using var server = await EchoServer.StartTlsAsync(stranger.AsLeaf());

        await FailAsync(server, ConnectionFailureReason.UntrustedRoot);
    }

    [Test]
    public async Task An_expired_server_certificate_says_when()
    {
        await using var server = await EchoServer.StartTlsAsync(
            Root.Issue("old", ["127.0.0.1"], TestAuthority.ServerAuthentication, Now.AddDays(-2), Now.AddDays(-1)));

        (await FailAsync(server, ConnectionFailureReason.Expired)).Should().Contain("expired on ").And.Contain("it is now ");
    }

    [Test]
    public async Task A_server_certificate_of_the_future_says_when()
    {
        await using var server = await EchoServer.StartTlsAsync(
            Root.Issue("early", ["127.0.0.1"], TestAuthority.ServerAuthentication, Now.AddDays(1), Now.AddDays(2)));

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
        await using var server = await EchoServer.StartTlsAsync(Root.Issue("client", ["127.0.0.1"], TestAuthority.ClientAuthentication));

        (await FailAsync(server, ConnectionFailureReason.EkuMismatch)).Should().Contain("'serverAuth'");
    }

    [Test]
    public async Task A_plaintext_server_where_TLS_is_due_is_never_talked_to()
    {
        await using var server = await EchoServer.StartPlaintextAsync();

        (await FailAsync(server, ConnectionFailureReason.PlaintextPeer)).Should().Contain("the server speaks plaintext, and the realm asks for TLS");
    }

    [Test]
    public async Task A_TLS_server_in_a_plaintext_realm_is_recognised()
    {
        await using var server = await EchoServer.StartTlsAsync(Root.IssueServer("127.0.0.1"));
        await using var services = TestServices.With(new RealmOptions { Name = "realm", Endpoints = { server.Address } });

        var failure = await FailAsync(services, server.Address);

        failure.Reason.Should().BeOneOf(ConnectionFailureReason.TlsPeer, ConnectionFailureReason.HandshakeAborted);
        failure.Message.Should().Contain("'tls_config'");
    }

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task A_rejected_client_certificate_is_named(SslProtocols version)
    {
        var options = EchoServer.CreateOptions(Root.IssueServer("127.0.0.1"), TestAuthority.CreateRoot("whom the server trusts"));
        options.EnabledSslProtocols = version;
        await using var server = await EchoServer.StartTlsAsync(options);

        (await FailAsync(server, ConnectionFailureReason.ClientCertificateRejected)).Should().Contain("ours is 'CN=querier'");
    }

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task A_missing_client_certificate_is_noticed(SslProtocols version)
    {
        var options = EchoServer.CreateOptions(Root.IssueServer("127.0.0.1"), Root);
        options.EnabledSslProtocols = version;
        await using var server = await EchoServer.StartTlsAsync(options);

        (await FailAsync(server, ConnectionFailureReason.ClientCertificateRejected, withCertificate: false))
            .Should().Contain("the realm presents none. Set 'cert_file' and 'key_file'");
    }

    [Test]
    public async Task A_server_without_HTTP_2_is_refused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var connection = await listener.AcceptTcpClientAsync();
            await using var stream = new SslStream(connection.GetStream());
            await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = Root.IssueServer("127.0.0.1").ToContext() });
            _ = await stream.ReadAsync(new byte[1]);
        });
        var address = listener.LocalEndpoint.ToString()!;
        await using var services = TestServices.With(new RealmOptions { Name = "realm", TlsConfig = _folder.WriteRealm("realm", Root, client: null), Endpoints = { address } });

        var failure = await FailAsync(services, address);

        failure.Reason.Should().Be(ConnectionFailureReason.NoAlpn);
        await serving.WithTimeout();
    }

    [Test]
    public async Task A_server_that_hangs_up_in_the_handshake_is_noticed()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var connection = await listener.AcceptTcpClientAsync();
            _ = await connection.GetStream().ReadAsync(new byte[8192]);
        });
        var address = listener.LocalEndpoint.ToString()!;
        await using var services = TestServices.With(new RealmOptions { Name = "realm", TlsConfig = _folder.WriteRealm("realm", Root, client: null), Endpoints = { address } });

        var failure = await FailAsync(services, address);

        failure.Reason.Should().Be(ConnectionFailureReason.HandshakeAborted);
        await serving.WithTimeout();
    }

    [Test]
    public async Task A_server_with_only_older_versions_is_refused()
    {
        var options = EchoServer.CreateOptions(Root.IssueServer("127.0.0.1"));
        options.EnabledSslProtocols = SslProtocols.Tls12;
        await using var server = await EchoServer.StartTlsAsync(options);
        var tls = _folder.WriteRealm("realm", Root, Root.IssueClient("querier"));
        await using var services = TestServices.With(new RealmOptions { Name = "realm", TlsConfig = tls, Endpoints = { server.Address } });

        var failure = await FailAsync(services, server.Address);

        failure.Reason.Should().BeOneOf(ConnectionFailureReason.ProtocolMismatch, ConnectionFailureReason.HandshakeAborted);
    }

    [Test]
    public async Task A_refused_connection_has_its_reason_too()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        listener.Stop();
        await using var services = TestServices.With(new RealmOptions { Endpoints = { address } });
        var client = new Echo.EchoClient(services.Factory.GetChannel(address));

        var exception = Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout());

        EndpointConnectionException.ReasonOf(exception!).Should().Be(ConnectionFailureReason.Refused);
    }

    [Test]
    public void An_exception_that_does_not_speak_of_connections_has_no_reason()
    {
        EndpointConnectionException.ReasonOf(new RpcException(new Status(StatusCode.NotFound, "no"))).Should().BeNull();
        EndpointConnectionException.ReasonOf(new InvalidOperationException()).Should().BeNull();
    }

    [Test]
    public async Task One_trouble_is_logged_once_and_its_end_too()
    {
        var current = EchoServer.CreateOptions(Root.IssueServer("other.name"));
        await using var server = await EchoServer.StartTlsAsync(() => current);
        await using var services = ServicesFor(server, withCertificate: true);

        for (var attempt = 0; attempt < 3; attempt++)
        {
            await FailAsync(services, server.Address);
        }

        current = EchoServer.CreateOptions(Root.IssueServer("127.0.0.1"));
        await new Echo.EchoClient(services.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

        services.Logs.Entries.Where(entry => entry.EventId is 301 or 302).Select(entry => entry.EventId).Should().Equal(301, 302);
        services.Factory.Describe(server.Address).Should().BeEquivalentTo(new { LastFailure = (object?)null, LastConnection = new { Tls = new { PeerSubject = "CN=server 127.0.0.1" } } });
    }

    private TestServices ServicesFor(EchoServer server, bool withCertificate)
    {
        var tls = _folder.WriteRealm("realm", Root, withCertificate ? Root.IssueClient("querier") : null);
        tls.MinVersion = SslProtocols.Tls12;
        return TestServices.With(new RealmOptions { Name = "realm", TlsConfig = tls, Endpoints = { server.Address } });
    }

    private async Task<string> FailAsync(EchoServer server, ConnectionFailureReason reason, bool withCertificate = true)
    {
        await using var services = ServicesFor(server, withCertificate);
        var failure = await FailAsync(services, server.Address);
        failure.Reason.Should().Be(reason, failure.ToString());
        return failure.Message;
    }

    private static async Task<EndpointConnectionException> FailAsync(TestServices services, string address)
    {
        var client = new Echo.EchoClient(services.Factory.GetChannel(address));
        var exception = await Task.Run(() => Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()));

        var failure = services.Factory.Describe(address).LastFailure;
        failure.Should().NotBeNull(exception!.ToString());
        failure!.Message.Should().StartWith($"Endpoint '{address}' of realm 'realm': ");
        failure.Should().BeEquivalentTo(new { Address = address, Realm = "realm" });
        EndpointConnectionException.ReasonOf(exception!).Should().Be(failure.Reason, exception!.ToString());
        EndpointConnectionException.Find(exception!)!.Message.Should().Be(failure.Message);
        exception!.StatusCode.Should().Be(StatusCode.Unavailable);
        exception.Status.Detail.Should().Contain(failure.Message);
        services.Logs.Entries.Should().ContainSingle(entry => entry.EventId == 301).Which.Message.Should().Contain($"({failure.Reason})");
        return failure;
    }
}
