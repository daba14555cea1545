using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Which certificate other clients present: the current one, with its intermediates only if they get options for each connection.</summary>
public sealed class OtherClientTests : OtherClientFixture
{
    [Test]
    public async Task A_client_with_rotating_options_presents_the_current_certificate()
    {
        using var server = new HttpsPeer(Root.IssueServer("localhost"), Root);
        await using var realm = new TestRealm(Root, Root.IssueClient("first"));
        using var client = KeepRotating(realm);
        (await CallAsync(client, server)).Should().Be("CN=first");

        await realm.RotateAsync(Root.IssueClient("second"));

        (await CallAsync(client, server)).Should().Be("CN=second");
    }

    [Test]
    public async Task A_handshake_with_rotating_options_reloads_changed_files()
    {
        using var server = new HttpsPeer(Root.IssueServer("localhost"), Root);
        await using var realm = new TestRealm(Root, Root.IssueClient("first"));
        using var client = KeepRotating(realm);
        (await CallAsync(client, server)).Should().Be("CN=first");

        realm.Present(Root.IssueClient("second"));
        realm.Time.Advance(TimeSpan.FromSeconds(1));

        (await CallAsync(client, server)).Should().Be("CN=second");
    }

    [Test]
    public async Task A_pool_with_a_lifetime_of_zero_opens_a_connection_per_request()
    {
        await using var server = await EchoServer.StartTlsAsync(Root.IssueServer("localhost"), Root);
        await using var realm = new TestRealm(Root, Root.IssueClient("first"));
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = realm.Provider.CreateRotatingClientOptions("localhost"), PooledConnectionLifetime = TimeSpan.Zero })
        {
            DefaultRequestVersion = new Version(2, 0),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        await client.GetAsync(new Uri($"https://localhost:{server.Port}/")).WithTimeout();
        await client.GetAsync(new Uri($"https://localhost:{server.Port}/")).WithTimeout();

        server.Connections.Should().Be(2);
    }

    [Test]
    public async Task A_client_with_other_options_keeps_their_certificate()
    {
        using var server = new HttpsPeer(Root.IssueServer("localhost"), Root);
        await using var realm = new TestRealm(Root, Root.IssueClient("first"));
        using var client = Keep(realm.Provider.CreateClientOptions("localhost"));

        await realm.RotateAsync(Root.IssueClient("second"));

        (await CallAsync(client, server)).Should().Be("CN=first");
    }

    [Test]
    public async Task Rotating_options_send_only_the_leaf_and_options_for_each_connection_send_the_chain()
    {
        using var server = new HttpsPeer(Root.IssueServer("localhost"), Root);
        await using var realm = new TestRealm(Root, Root.CreateIntermediate("intermediate").IssueClient("client"));
        using var rotating = KeepRotating(realm);
        using var each = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) => await ConnectAsync(context.DnsEndPoint.Port, realm.Provider.CreateClientOptions("localhost")),
        });

        // The server rejects after the client handshake: the next read fails.
        await rotating.Awaiting(client => CallAsync(client, server)).Should().ThrowAsync<HttpRequestException>();
        (await CallAsync(each, server)).Should().Be("CN=client");
    }

    [Test]
    public async Task The_options_work_with_a_plain_SslStream()
    {
        using var server = new HttpsPeer(Root.IssueServer("localhost"), Root);
        await using var realm = new TestRealm(Root, Root.IssueClient("client"));

        foreach (var options in new[] { realm.Provider.CreateClientOptions("localhost"), realm.Provider.CreateRotatingClientOptions("localhost") })
        {
            await using var stream = await ConnectAsync(server.Port, options);
            stream.IsMutuallyAuthenticated.Should().BeTrue();
            await stream.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
            using var reader = new StreamReader(stream);
            (await reader.ReadToEndAsync().WithTimeout()).Should().EndWith("CN=client");
        }
    }

    [Test]
    public async Task A_realm_without_a_certificate_presents_none()
    {
        using var server = new HttpsPeer(Root.IssueServer("localhost"));
        await using var realm = new TestRealm(Root, client: null);
        using var client = KeepRotating(realm);
        (await CallAsync(client, server)).Should().Be("none");

        server.Reconfigure(Root.IssueServer("localhost"), Root);

        await client.Awaiting(x => CallAsync(x, server)).Should().ThrowAsync<HttpRequestException>();
    }

    [Test]
    public async Task With_on_expired_fail_nothing_is_presented_after_the_expiry()
    {
        using var server = new HttpsPeer(Root.IssueServer("localhost"), Root);
        var expiring = Root.Issue("expiring", [], TestCa.ClientAuthentication, notAfter: TestRealm.Ahead.AddHours(1));
        await using var realm = new TestRealm(Root, expiring, options => options.TlsConfig!.OnExpired = ExpiredAction.Fail);
        using var client = KeepRotating(realm);
        (await CallAsync(client, server)).Should().Be("CN=expiring");

        realm.Time.Advance(TimeSpan.FromHours(1));

        var failure = (await client.Awaiting(x => CallAsync(x, server)).Should().ThrowAsync<HttpRequestException>()).Which;
        failure.InnerException.Should().BeOfType<AuthenticationException>().Which.Message.Should().Contain($"'{realm.CertFile}'");
        await realm.RotateAsync(Root.IssueClient("renewed"));
        (await CallAsync(client, server)).Should().Be("CN=renewed");
    }

    private static async Task<SslStream> ConnectAsync(int port, SslClientAuthenticationOptions options)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(options).WithTimeout();
        return stream;
    }
}
