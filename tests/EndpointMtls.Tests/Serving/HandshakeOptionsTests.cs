using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Serving;

/// <summary>The options of a handshake that no setting changes, and the accepted CAs that it sends.</summary>
public sealed class HandshakeOptionsTests : ServerFilesFixture
{
    [Test]
    public async Task Disables_session_resumption_and_renegotiation()
    {
        var options = (await Tls.PrepareHandshakeAsync()).Options;

        options.AllowTlsResume.Should().BeFalse();
        options.AllowRenegotiation.Should().BeFalse();
    }

    [Test]
    public async Task Sends_the_current_client_CAs()
    {
        (await AcceptedCasAsync()).Should().Equal("CN=clients");
        Trust(ClientCa, TestCa.CreateRoot("next"));
        (await ReloadAsync()).LastError.Should().BeNull();

        (await AcceptedCasAsync()).Should().BeEquivalentTo("CN=clients", "CN=next");
    }

    private async Task<string[]> AcceptedCasAsync()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", Server.Port);
        await using var stream = new SslStream(socket.GetStream());
        string[] acceptedCas = [];
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                CertificateChainPolicy = EchoServer.Trust(ServerCa),
                LocalCertificateSelectionCallback = (_, _, _, _, issuers) =>
                {
                    acceptedCas = issuers is [] ? acceptedCas : issuers;
                    return null!;
                },
            }).WithTimeout();
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            // The server rejects a client without a certificate, after it has sent the CAs.
        }

        return acceptedCas;
    }
}
