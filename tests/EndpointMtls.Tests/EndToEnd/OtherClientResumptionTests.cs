using System.Net.Security;
using System.Net.Sockets;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Whether other clients resume sessions. In a resumed session the server omits its certificate, so it sends fewer bytes.</summary>
public sealed class OtherClientResumptionTests : OtherClientFixture
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task Every_handshake_is_full(bool rotating)
    {
        using var server = new HttpsPeer(Root.IssueServer("localhost"), Root);
        await using var realm = new TestRealm(Root, Root.IssueClient("client"));

        var first = await HandshakeAsync(server, CreateOptions());
        var second = await HandshakeAsync(server, CreateOptions());

        second.Should().BeCloseTo(first, 100);

        SslClientAuthenticationOptions CreateOptions() =>
            rotating ? realm.Provider.CreateRotatingClientOptions("localhost") : realm.Provider.CreateClientOptions("localhost");
    }

    [Test]
    public async Task A_client_that_allows_resumption_resumes()
    {
        using var server = new HttpsPeer(Root.IssueServer("localhost"));
        await using var realm = new TestRealm(Root, client: null);
        var options = realm.Provider.CreateClientOptions("localhost");
        options.AllowTlsResume = true;

        var first = await HandshakeAsync(server, options);
        var second = await HandshakeAsync(server, options);

        second.Should().BeLessThan(first - 100, "otherwise the other test shows nothing");
    }

    /// <returns>The number of bytes that the server sent until the end of the client handshake.</returns>
    private static async Task<int> HandshakeAsync(HttpsPeer server, SslClientAuthenticationOptions options)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", server.Port);
        await using var transport = new CountingStream(socket);
        await using var stream = new SslStream(transport);
        await stream.AuthenticateAsClientAsync(options).WithTimeout();
        var count = transport.Count;

        // The first read receives the ticket for the next handshake.
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
