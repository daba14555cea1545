using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Serving;

/// <summary>What a handshake never does, and what it tells the client.</summary>
public sealed class HandshakeOptionsTests : ServerFilesFixture
{
    [Test]
    public async Task A_handshake_resumes_nothing_and_happens_once()
    {
        var options = (await Tls.PrepareHandshakeAsync()).Options;

        options.AllowTlsResume.Should().BeFalse();
        options.AllowRenegotiation.Should().BeFalse();
    }

    [Test]
    public async Task Clients_are_told_which_authorities_will_do_now()
    {
        (await ToldAsync()).Should().Equal("CN=clients");
        Trust(ClientCa, TestCa.CreateRoot("next"));
        (await ReloadAsync()).LastError.Should().BeNull();

        (await ToldAsync()).Should().BeEquivalentTo("CN=clients", "CN=next");
    }

    private async Task<string[]> ToldAsync()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", Server.Port);
        await using var stream = new SslStream(socket.GetStream());
        string[] told = [];
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                CertificateChainPolicy = EchoServer.Trust(ServerCa),
                LocalCertificateSelectionCallback = (_, _, _, _, authorities) =>
                {
                    told = authorities is [] ? told : authorities;
                    return null!;
                },
            }).WithTimeout();
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            // Without a certificate of our own we are not let in, but have heard what we came for.
        }

        return told;
    }
}
