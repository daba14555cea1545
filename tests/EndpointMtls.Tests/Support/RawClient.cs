using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace EndpointMtls.Tests.Support;

/// <summary>A TLS connection on which a test sends any bytes.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly TcpClient _tcp = new();
    private SslStream? _stream;

    /// <param name="port">The port of the server.</param>
    /// <param name="serverCa">The CA that the client trusts.</param>
    /// <param name="certificate">The certificate that the client presents.</param>
    /// <param name="protocol">The application protocol to negotiate.</param>
    /// <param name="duringHandshake">Runs after the server has sent its certificate, and before the client sends its own.</param>
    public static async Task<RawClient> ConnectAsync(
        int port, TestCa serverCa, TestCertificate certificate, SslApplicationProtocol protocol, Func<Task>? duringHandshake = null)
    {
        var client = new RawClient();
        await client._tcp.ConnectAsync(IPAddress.Loopback, port).WithTimeout();
        client._stream = new SslStream(client._tcp.GetStream());
        await client._stream.AuthenticateAsClientAsync(Options(serverCa, certificate, protocol, duringHandshake)).WithTimeout();
        return client;
    }

    public static SslClientAuthenticationOptions Options(
        TestCa serverCa, TestCertificate certificate, SslApplicationProtocol protocol, Func<Task>? duringHandshake = null) => new()
        {
            TargetHost = "127.0.0.1",
            ClientCertificateContext = duringHandshake is null ? certificate.ToContext() : null,
            CertificateChainPolicy = EchoServer.Trust(serverCa),
            ApplicationProtocols = [protocol],

            // SslStream calls it before the handshake, and again after the server has sent its certificate.
            LocalCertificateSelectionCallback = duringHandshake is null ? null : (_, _, _, serverCertificate, _) =>
            {
                if (serverCertificate is null)
                {
                    return null!;
                }

                duringHandshake().GetAwaiter().GetResult();
                return certificate.WithKey();
            },
        };

    public Task SendAsync(string text) => SendAsync(Encoding.ASCII.GetBytes(text));

    public Task SendAsync(byte[] bytes) => _stream!.WriteAsync(bytes).AsTask().WithTimeout();

    /// <summary>Reads until the received text ends with this.</summary>
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

    /// <summary>Reads until the server closes the connection without a reset.</summary>
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
