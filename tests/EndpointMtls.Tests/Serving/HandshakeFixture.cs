using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using EndpointMtls.Serving;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Serving;

/// <summary>Makes handshakes with a server whose files are in the folder "own", without Kestrel.</summary>
public abstract class HandshakeFixture : ServerFixture
{
    /// <returns>What the server found out, and whether it let the client in.</returns>
    private protected async Task<(ServerHandshake Handshake, bool IsLetIn)> ShakeHandsAsync(
        ServerTls server, TestCertificate? client, Action<SslClientAuthenticationOptions>? configure = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync((IPEndPoint)listener.LocalEndpoint).WithTimeout();
        using var accepted = await listener.AcceptTcpClientAsync().WithTimeout();
        await using var theirs = new SslStream(tcp.GetStream());
        await using var ours = new SslStream(accepted.GetStream());
        var options = new SslClientAuthenticationOptions { TargetHost = "own", CertificateChainPolicy = EchoServer.Trust(Root), ClientCertificateContext = client?.ToContext() };
        configure?.Invoke(options);
        var handshake = await server.PrepareHandshakeAsync().AsTask().WithTimeout();

        var asking = SucceedsAsync(theirs.AuthenticateAsClientAsync(options));
        var isLetIn = await SucceedsAsync(ours.AuthenticateAsServerAsync(handshake.Options));
        await asking;
        return (handshake, isLetIn);
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
