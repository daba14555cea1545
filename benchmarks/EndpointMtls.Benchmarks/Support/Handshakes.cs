using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace EndpointMtls.Benchmarks;

/// <summary>Makes full mutual handshakes, one at a time, each over a new loopback connection.</summary>
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
        // Close with a reset: otherwise thousands of ports would be in TIME_WAIT for a minute.
        using var client = new TcpClient { NoDelay = true, LingerState = new LingerOption(true, 0) };
        var accepting = _listener.AcceptTcpClientAsync();
        await client.ConnectAsync((IPEndPoint)_listener.LocalEndpoint);
        using var server = await accepting;
        server.NoDelay = true;
        await using var clientStream = new SslStream(client.GetStream());
        await using var serverStream = new SslStream(server.GetStream());
        await Task.WhenAll(clientStream.AuthenticateAsClientAsync(options), serverStream.AuthenticateAsServerAsync(_server));
        if (!serverStream.IsMutuallyAuthenticated || serverStream.SslProtocol != SslProtocols.Tls13)
            throw new InvalidOperationException("The handshake has unexpected properties.");
    }

    public void Dispose() => _listener.Dispose();
}
