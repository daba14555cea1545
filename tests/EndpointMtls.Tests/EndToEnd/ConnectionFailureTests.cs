using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

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
    public async Task A_TLS_server_in_a_plaintext_realm_is_suspected()
    {
        await using var server = await EchoServer.StartTlsAsync(Root.IssueServer("127.0.0.1"));
        await using var services = TestServices.With(new RealmOptions { Name = "realm", Endpoints = { server.Address } });

        var failure = await FailAsync(services, server.Address);

        // Kestrel hangs up without an alert.
        failure.Reason.Should().Be(ConnectionFailureReason.HandshakeAborted);
        failure.Message.Should().Contain("If it speaks TLS, give the realm a 'tls_config'");
    }

    [Test]
    public async Task A_TLS_server_that_answers_with_an_alert_is_recognised()
    {
        using var peer = new RawPeer(async stream =>
        {
            _ = await stream.ReadAsync(new byte[8192]);
            await stream.WriteAsync(new byte[] { 21, 3, 3, 0, 2, 2, 22 });
        });
        await using var services = TestServices.With(new RealmOptions { Name = "realm", Endpoints = { peer.Address } });

        (await FailAsync(services, peer.Address)).Reason.Should().Be(ConnectionFailureReason.TlsPeer);
    }

    [Test]
    public async Task A_server_that_does_not_speak_HTTP_2_is_recognised()
    {
        using var peer = new RawPeer(async stream =>
        {
            _ = await stream.ReadAsync(new byte[8192]);
            await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        });
        await using var services = TestServices.With(new RealmOptions { Name = "realm", Endpoints = { peer.Address } });

        (await FailAsync(services, peer.Address)).Reason.Should().Be(ConnectionFailureReason.NotHttp2);
    }

    [Test]
    public async Task A_plaintext_server_that_hangs_up_is_noticed()
    {
        using var peer = new RawPeer(async stream => _ = await stream.ReadAsync(new byte[8192]));
        await using var services = TestServices.With(new RealmOptions { Name = "realm", Endpoints = { peer.Address } });

        (await FailAsync(services, peer.Address)).Reason.Should().Be(ConnectionFailureReason.HandshakeAborted);
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

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_server_without_HTTP_2_is_refused(bool offersSomethingElse)
    {
        using var peer = new RawPeer(async stream =>
        {
            await using var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = Root.IssueServer("127.0.0.1").ToContext(),
                ApplicationProtocols = offersSomethingElse ? [SslApplicationProtocol.Http11] : null,
            });
            _ = await tls.ReadAsync(new byte[1]);
        });

        (await FailAsync(peer)).Reason.Should().Be(ConnectionFailureReason.NoAlpn);
    }

    [Test]
    public async Task A_server_that_hangs_up_in_the_handshake_is_noticed()
    {
        using var peer = new RawPeer(async stream => _ = await stream.ReadAsync(new byte[8192]));

        (await FailAsync(peer)).Reason.Should().Be(ConnectionFailureReason.HandshakeAborted);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_server_that_hangs_up_without_having_asked_for_a_certificate_did_not_reject_it(bool withCertificate)
    {
        using var peer = new RawPeer(async stream =>
        {
            await using var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = Root.IssueServer("127.0.0.1").ToContext(),
                ApplicationProtocols = [SslApplicationProtocol.Http2],
            });
        });

        var failure = await FailAsync(peer, withCertificate);

        failure.Reason.Should().Be(ConnectionFailureReason.HandshakeAborted);
        failure.Message.Should().Contain("without having asked for a client certificate");
    }

    [Test]
    public async Task A_server_that_is_silent_in_the_handshake_is_unreachable_in_time()
    {
        var time = new ManualTime(Now);
        using var peer = new RawPeer(stream => stream.CopyToAsync(Stream.Null));
        await using var services = ServicesFor(peer.Address, withCertificate: true, time);

        var failing = FailAsync(services, peer.Address);
        await time.TimerStarted();
        time.Advance(TimeSpan.FromSeconds(20));

        (await failing).Reason.Should().Be(ConnectionFailureReason.Unreachable);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task What_we_end_ourselves_is_not_the_servers_failure(bool afterTheHandshake)
    {
        var handshaken = new TaskCompletionSource();
        using var peer = new RawPeer(async network =>
        {
            Stream stream = network;
            if (afterTheHandshake)
            {
                var tls = new SslStream(network);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = Root.IssueServer("127.0.0.1").ToContext(),
                    ApplicationProtocols = [SslApplicationProtocol.Http2],
                });
                stream = tls;
            }

            _ = await stream.ReadAsync(new byte[8192]);
            handshaken.SetResult();
            await stream.CopyToAsync(Stream.Null);
        });
        var services = ServicesFor(peer.Address, withCertificate: true);
        var calling = new Echo.EchoClient(services.Factory.GetChannel(peer.Address)).UnaryAsync(new EchoRequest()).ResponseAsync;
        await handshaken.Task.WithTimeout();

        await services.DisposeAsync();

        Assert.CatchAsync<RpcException>(() => calling.WithTimeout());
        await peer.Ended.WithTimeout();
        services.Logs.Entries.Should().NotContain(entry => entry.EventId == 301);
    }

    [Test]
    public async Task The_time_is_that_of_the_time_provider()
    {
        await using var server = await EchoServer.StartTlsAsync(Root.Issue("short", ["127.0.0.1"], TestAuthority.ServerAuthentication, Now.AddDays(-1), Now.AddDays(1)));
        await using var services = ServicesFor(server.Address, withCertificate: true, new ManualTime(Now.AddDays(2)));

        (await FailAsync(services, server.Address)).Reason.Should().Be(ConnectionFailureReason.Expired);
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

        failure.Reason.Should().Be(ConnectionFailureReason.ProtocolMismatch);
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

    [TestCase(SocketError.HostNotFound, ConnectionFailureReason.NameNotResolved)]
    [TestCase(SocketError.NoData, ConnectionFailureReason.NameNotResolved)]
    [TestCase(SocketError.TryAgain, ConnectionFailureReason.NameNotResolved)]
    [TestCase(SocketError.HostUnreachable, ConnectionFailureReason.Unreachable)]
    public void What_the_network_reports_has_its_reason_wherever_it_hides(SocketError error, ConnectionFailureReason reason)
    {
        var cause = new HttpRequestException("no", new SocketException((int)error));

        EndpointConnectionException.ReasonOf(cause).Should().Be(reason);
        EndpointConnectionException.ReasonOf(new RpcException(new Status(StatusCode.Unavailable, "no", cause))).Should().Be(reason);
        EndpointConnectionException.Find(cause).Should().BeNull();
    }

    [Test]
    public void An_exception_that_does_not_speak_of_connections_has_no_reason()
    {
        EndpointConnectionException.ReasonOf(new RpcException(new Status(StatusCode.NotFound, "no"))).Should().BeNull();
        EndpointConnectionException.ReasonOf(new InvalidOperationException()).Should().BeNull();
    }

    [Test]
    public async Task Each_trouble_is_logged_once_and_its_end_too()
    {
        var current = EchoServer.CreateOptions(Root.IssueServer("other.name"));
        await using var server = await EchoServer.StartTlsAsync(() => current);
        await using var services = ServicesFor(server.Address, withCertificate: true);

        for (var attempt = 0; attempt < 3; attempt++)
        {
            await FailAsync(services, server.Address);
        }

        current = EchoServer.CreateOptions(Root.Issue("old", ["127.0.0.1"], TestAuthority.ServerAuthentication, notAfter: Now.AddDays(-1)));
        Assert.ThrowsAsync<RpcException>(() => new Echo.EchoClient(services.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout());
        current = EchoServer.CreateOptions(Root.IssueServer("127.0.0.1"));
        await new Echo.EchoClient(services.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();

        services.Logs.Entries.Where(entry => entry.EventId is 301 or 302).Select(entry => entry.EventId).Should().Equal(301, 301, 302);
        services.Factory.Describe(server.Address).Should().BeEquivalentTo(new { LastFailure = (object?)null, LastConnection = new { Tls = new { PeerSubject = "CN=server 127.0.0.1" } } });
    }

    private TestServices ServicesFor(string address, bool withCertificate, TimeProvider? time = null)
    {
        var tls = _folder.WriteRealm("realm", Root, withCertificate ? Root.IssueClient("querier") : null);
        tls.MinVersion = SslProtocols.Tls12;
        return new TestServices(services => services.AddSingleton(time ?? TimeProvider.System)
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "realm", TlsConfig = tls, Endpoints = { address } })));
    }

    private async Task<EndpointConnectionException> FailAsync(RawPeer peer, bool withCertificate = true)
    {
        await using var services = ServicesFor(peer.Address, withCertificate);
        return await FailAsync(services, peer.Address);
    }

    private async Task<string> FailAsync(EchoServer server, ConnectionFailureReason reason, bool withCertificate = true)
    {
        await using var services = ServicesFor(server.Address, withCertificate);
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
