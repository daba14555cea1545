using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace EndpointMtls.Tests.Support;

/// <summary>A TLS connection to a server on which a test says what it likes.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly TcpClient _tcp = new();
    private SslStream? _stream;

    /// <param name="port">The server's.</param>
    /// <param name="server">Who vouches for the server.</param>
    /// <param name="own">What is presented.</param>
    /// <param name="protocol">What is going to be spoken.</param>
    /// <param name="duringHandshake">Done after the server has chosen its certificate, and before it has seen ours.</param>
    public static async Task<RawClient> ConnectAsync(
        int port, TestCa server, TestCertificate own, SslApplicationProtocol protocol, Func<Task>? duringHandshake = null)
    {
        var client = new RawClient();
        await client._tcp.ConnectAsync(IPAddress.Loopback, port).WithTimeout();
        client._stream = new SslStream(client._tcp.GetStream());
        await client._stream.AuthenticateAsClientAsync(Options(server, own, protocol, duringHandshake)).WithTimeout();
        return client;
    }

    public static SslClientAuthenticationOptions Options(TestCa server, TestCertificate own, SslApplicationProtocol protocol, Func<Task>? duringHandshake = null) => new()
    {
        TargetHost = "127.0.0.1",
        ClientCertificateContext = duringHandshake is null ? own.ToContext() : null,
        CertificateChainPolicy = EchoServer.Trust(server),
        ApplicationProtocols = [protocol],

        // Asked once before the handshake, and again when the server has sent its certificate and waits for ours.
        LocalCertificateSelectionCallback = duringHandshake is null ? null : (_, _, _, servers, _) =>
        {
            if (servers is null)
            {
                return null!;
            }

            duringHandshake().GetAwaiter().GetResult();
            return own.WithKey();
        },
    };

    public Task SendAsync(string text) => SendAsync(Encoding.ASCII.GetBytes(text));

    public Task SendAsync(byte[] bytes) => _stream!.WriteAsync(bytes).AsTask().WithTimeout();

    /// <summary>Reads until something has been said that ends like this.</summary>
    public async Task<string> ReadAsync(string end)
    {
        var text = new StringBuilder();
        var next = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            await _stream!.ReadExactlyAsync(next).AsTask().WithTimeout();
            text.Append((char)next[0]);
        }

        return text.ToString();
    }

    /// <summary>Reads until the server closes the connection, and in an orderly way.</summary>
    public async Task<byte[]> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        await _stream!.CopyToAsync(all).WithTimeout();
        return all.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await (_stream?.DisposeAsync() ?? ValueTask.CompletedTask);
        _tcp.Dispose();
    }
}
