using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using EndpointMtls.Serving;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Serving;

/// <summary>Performs handshakes without Kestrel, with a server whose files are in the folder "own".</summary>
public abstract class HandshakeFixture : ServerFixture
{
    /// <returns>The handshake of the server, and whether it accepted the client.</returns>
    private protected async Task<(ServerHandshake Handshake, bool IsAccepted)> HandshakeAsync(
        ServerTls server, TestCertificate? client, Action<SslClientAuthenticationOptions>? configure = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync((IPEndPoint)listener.LocalEndpoint).WithTimeout();
        using var accepted = await listener.AcceptTcpClientAsync().WithTimeout();
        await using var clientStream = new SslStream(tcp.GetStream());
        await using var serverStream = new SslStream(accepted.GetStream());
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "own",
            CertificateChainPolicy = EchoServer.Trust(Root),
            ClientCertificateContext = client?.ToContext(),
        };
        configure?.Invoke(options);
        var handshake = await server.PrepareHandshakeAsync().AsTask().WithTimeout();

        var clientHandshake = SucceedsAsync(clientStream.AuthenticateAsClientAsync(options));
        var isAccepted = await SucceedsAsync(serverStream.AuthenticateAsServerAsync(handshake.Options));
        await clientHandshake;
        return (handshake, isAccepted);
    }

    private static async Task<bool> SucceedsAsync(Task handshake)
    {
        try
        {
            await handshake.WithTimeout();
            return true;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            return false;
        }
    }
}
