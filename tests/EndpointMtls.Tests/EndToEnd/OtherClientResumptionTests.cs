using System.Net.Security;
using System.Net.Sockets;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A resumed session is one in which the server does not show its certificate again: it sends far less.</summary>
public sealed class OtherClientResumptionTests : OtherClientFixture
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task Every_handshake_is_a_full_one(bool rotating)
    {
        using var server = new HttpsPeer(Root.IssueServer("localhost"), Root);
        await using var realm = new TimedRealm(Root, Root.IssueClient("client"));

        var first = await HandshakeAsync(server, CreateOptions());
        var second = await HandshakeAsync(server, CreateOptions());

        second.Should().BeCloseTo(first, 100);

        SslClientAuthenticationOptions CreateOptions() =>
            rotating ? realm.Provider.CreateRotatingClientOptions("localhost") : realm.Provider.CreateClientOptions("localhost");
    }

    [Test]
    public async Task A_client_that_asks_for_it_would_resume()
    {
        using var server = new HttpsPeer(Root.IssueServer("localhost"));
        await using var realm = new TimedRealm(Root, client: null);
        var options = realm.Provider.CreateClientOptions("localhost");
        options.AllowTlsResume = true;

        var first = await HandshakeAsync(server, options);
        var second = await HandshakeAsync(server, options);

        second.Should().BeLessThan(first - 100, "otherwise nothing is learnt here");
    }

    /// <returns>How many bytes the server sent until our handshake had ended.</returns>
    private static async Task<int> HandshakeAsync(HttpsPeer server, SslClientAuthenticationOptions options)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", server.Port);
        await using var transport = new CountingStream(socket);
        await using var stream = new SslStream(transport);
        await stream.AuthenticateAsClientAsync(options).WithTimeout();
        var count = transport.Count;

        // The ticket for the next handshake comes with what is read first.
        await stream.WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream);
        await reader.ReadToEndAsync().WithTimeout();
        return count;
    }

    private sealed class CountingStream(Socket socket) : NetworkStream(socket)
    {
        public int Count { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await base.ReadAsync(buffer, cancellationToken);
            Count += read;
            return read;
        }
    }
}
