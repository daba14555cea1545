using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace EndpointMtls.Benchmarks;

/// <summary>Makes full mutual handshakes, one after the other, each over a loopback connection of its own.</summary>
internal sealed class Handshakes : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SslServerAuthenticationOptions _server;

    public Handshakes(SslServerAuthenticationOptions server)
    {
        _server = server;
        _listener.Start();
    }

    public async Task RunAsync(SslClientAuthenticationOptions options)
    {
        // Closed at once: thousands of ports would otherwise lie waiting for a minute.
        using var client = new TcpClient { NoDelay = true, LingerState = new LingerOption(true, 0) };
        var accepting = _listener.AcceptTcpClientAsync();
        await client.ConnectAsync((IPEndPoint)_listener.LocalEndpoint);
        using var server = await accepting;
        server.NoDelay = true;
        await using var clientStream = new SslStream(client.GetStream());
        await using var serverStream = new SslStream(server.GetStream());
        await Task.WhenAll(clientStream.AuthenticateAsClientAsync(options), serverStream.AuthenticateAsServerAsync(_server));
        if (!serverStream.IsMutuallyAuthenticated || serverStream.SslProtocol != SslProtocols.Tls13)
            throw new InvalidOperationException("That was not the handshake that is to be measured.");
    }

    public void Dispose() => _listener.Dispose();
}
