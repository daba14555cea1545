using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>The failure reasons of servers that do not behave as the realm expects.</summary>
public sealed class ServerBehaviourTests : ConnectionFailureFixture
{
    [Test]
    public async Task A_plaintext_server_in_a_TLS_realm_is_rejected()
    {
        await using var server = await EchoServer.StartPlaintextAsync();

        (await FailAsync(server, ConnectionFailureReason.PlaintextPeer)).Should().BeApproved();
    }

    [Test]
    public async Task A_TLS_server_that_closes_a_plaintext_connection_is_reported_with_a_hint()
    {
        await using var server = await EchoServer.StartTlsAsync(Root.IssueServer("127.0.0.1"));
        await using var services = TestServices.With(new RealmOptions { Name = "realm", Endpoints = { server.Address } });

        var failure = await FailAsync(services, server.Address);

        // Kestrel closes the connection without an alert.
        failure.Reason.Should().Be(ConnectionFailureReason.HandshakeAborted);
        failure.Message.Should().Contain("'tls_config'");
        failure.Message.Should().BeApproved();
    }

    [Test]
    public async Task A_TLS_server_that_sends_an_alert_to_a_plaintext_realm_is_recognised()
    {
        using var peer = new RawPeer(async stream =>
        {
            _ = await stream.ReadAsync(new byte[8192]);
            await stream.WriteAsync(new byte[] { 21, 3, 3, 0, 2, 2, 22 });
        });
        await using var services = TestServices.With(new RealmOptions { Name = "realm", Endpoints = { peer.Address } });

        var failure = await FailAsync(services, peer.Address);

        failure.Reason.Should().Be(ConnectionFailureReason.TlsPeer);
        failure.Message.Should().BeApproved();
    }

    [Test]
    public async Task A_plaintext_server_without_HTTP_2_is_recognised()
    {
        using var peer = new RawPeer(async stream =>
        {
            _ = await stream.ReadAsync(new byte[8192]);
            await stream.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        });
        await using var services = TestServices.With(new RealmOptions { Name = "realm", Endpoints = { peer.Address } });

        var failure = await FailAsync(services, peer.Address);

        failure.Reason.Should().Be(ConnectionFailureReason.NotHttp2);
        failure.Message.Should().BeApproved();
    }

    [Test]
    public async Task A_plaintext_server_that_closes_the_connection_is_reported()
    {
        using var peer = new RawPeer(async stream => _ = await stream.ReadAsync(new byte[8192]));
        await using var services = TestServices.With(new RealmOptions { Name = "realm", Endpoints = { peer.Address } });

        (await FailAsync(services, peer.Address)).Reason.Should().Be(ConnectionFailureReason.HandshakeAborted);
    }

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task A_server_that_closes_the_connection_without_an_alert_may_have_rejected_the_client_certificate(SslProtocols version)
    {
        var options = EchoServer.CreateOptions(Root.IssueServer("127.0.0.1"), TestCa.CreateRoot("trusted by the server"));
        options.EnabledSslProtocols = version;
        await using var server = await EchoServer.StartTlsAsync(options);

        var message = await FailAsync(server, ConnectionFailureReason.ClosedAfterHandshake);

        message.Should().Contain("'CN=querier'");
        message.Should().BeApproved();
    }

    [TestCase(SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13)]
    public async Task A_missing_client_certificate_is_reported(SslProtocols version)
    {
        var options = EchoServer.CreateOptions(Root.IssueServer("127.0.0.1"), Root);
        options.EnabledSslProtocols = version;
        await using var server = await EchoServer.StartTlsAsync(options);

        (await FailAsync(server, ConnectionFailureReason.ClosedAfterHandshake, withCertificate: false)).Should().BeApproved();
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_TLS_server_without_HTTP_2_is_rejected(bool offersSomethingElse)
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

        var failure = await FailAsync(peer);

        failure.Reason.Should().Be(ConnectionFailureReason.NoAlpn);
        failure.Message.Should().BeApproved();
    }

    [Test]
    public async Task A_server_that_closes_the_connection_during_the_handshake_is_reported()
    {
        using var peer = new RawPeer(async stream => _ = await stream.ReadAsync(new byte[8192]));

        var failure = await FailAsync(peer);

        failure.Reason.Should().Be(ConnectionFailureReason.HandshakeAborted);
        failure.Message.Should().BeApproved();
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_server_that_requests_no_certificate_and_closes_the_connection_did_not_reject_one(bool withCertificate)
    {
        using var peer = new RawPeer(async stream =>
        {
            await using var tls = await AuthenticateAsync(stream);
        });

        var failure = await FailAsync(peer, withCertificate);

        failure.Reason.Should().Be(ConnectionFailureReason.ClosedAfterHandshake);
        failure.Message.Should().BeApproved();
    }

    [Test]
    public async Task A_server_that_resets_the_connection_after_the_handshake_is_reported()
    {
        using var peer = new RawPeer(async stream =>
        {
            await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = Root.IssueServer("127.0.0.1").ToContext(),
                ApplicationProtocols = [SslApplicationProtocol.Http2],
            });
            stream.Socket.LingerState = new LingerOption(true, 0);
            stream.Socket.Close();
        });

        (await FailAsync(peer)).Reason.Should().Be(ConnectionFailureReason.ClosedAfterHandshake);
    }

    [Test]
    public async Task A_server_that_closes_the_connection_after_its_first_data_did_not_reject_it()
    {
        using var peer = new RawPeer(async stream =>
        {
            await using var tls = await AuthenticateAsync(stream);
            await tls.WriteAsync(RawPeer.Settings);
            await RawPeer.ReadRequestAsync(tls);
            await tls.ShutdownAsync();
        });
        await using var services = ServicesFor(peer.Address, withCertificate: true);
        var client = new Echo.EchoClient(services.Factory.GetChannel(peer.Address));

        await Assert.ThrowsAsync<RpcException>(() => client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout());

        var description = services.Factory.Describe(peer.Address);
        description.LastConnection.Should().NotBeNull();
        description.LastFailure.Should().BeNull();
        services.Logs.Entries.Should().NotContain(entry => entry.EventId == 301);
    }

    [Test]
    public async Task A_handshake_that_times_out_has_the_reason_Unreachable()
    {
        var time = new TestTimeProvider(Now);
        using var peer = new RawPeer(stream => stream.CopyToAsync(Stream.Null));
        await using var services = ServicesFor(peer.Address, withCertificate: true, time);

        var failing = FailAsync(services, peer.Address);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(20));
        time.Advance(TimeSpan.FromSeconds(20));

        var failure = await failing;
        failure.Reason.Should().Be(ConnectionFailureReason.Unreachable);
        failure.Message.Should().BeApproved();
    }

    [Test]
    public async Task A_server_with_only_older_TLS_versions_is_rejected()
    {
        var options = EchoServer.CreateOptions(Root.IssueServer("127.0.0.1"));
        options.EnabledSslProtocols = SslProtocols.Tls12;
        await using var server = await EchoServer.StartTlsAsync(options);
        var tls = Folder.WriteRealm("realm", Root, Root.IssueClient("querier"));
        await using var services = TestServices.With(new RealmOptions { Name = "realm", TlsConfig = tls, Endpoints = { server.Address } });

        var failure = await FailAsync(services, server.Address);

        failure.Reason.Should().Be(ConnectionFailureReason.ProtocolMismatch);
        failure.Message.Should().BeApproved();
    }
}
