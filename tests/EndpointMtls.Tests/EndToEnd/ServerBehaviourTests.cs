using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A server that behaves in another way than the realm says has its own reason.</summary>
public sealed class ServerBehaviourTests : ConnectionFailureFixture
{
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
        var options = EchoServer.CreateOptions(Root.IssueServer("127.0.0.1"), TestCa.CreateRoot("whom the server trusts"));
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
        var time = new TestTimeProvider(Now);
        using var peer = new RawPeer(stream => stream.CopyToAsync(Stream.Null));
        await using var services = ServicesFor(peer.Address, withCertificate: true, time);

        var failing = FailAsync(services, peer.Address);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(20));
        time.Advance(TimeSpan.FromSeconds(20));

        (await failing).Reason.Should().Be(ConnectionFailureReason.Unreachable);
    }

    [Test]
    public async Task A_server_with_only_older_versions_is_refused()
    {
        var options = EchoServer.CreateOptions(Root.IssueServer("127.0.0.1"));
        options.EnabledSslProtocols = SslProtocols.Tls12;
        await using var server = await EchoServer.StartTlsAsync(options);
        var tls = Folder.WriteRealm("realm", Root, Root.IssueClient("querier"));
        await using var services = TestServices.With(new RealmOptions { Name = "realm", TlsConfig = tls, Endpoints = { server.Address } });

        var failure = await FailAsync(services, server.Address);

        failure.Reason.Should().Be(ConnectionFailureReason.ProtocolMismatch);
    }
}
