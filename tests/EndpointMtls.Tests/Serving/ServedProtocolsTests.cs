using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EndpointMtls.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace EndpointMtls.Tests.Serving;

/// <summary>Handshakes negotiate the protocols of the Kestrel endpoint.</summary>
public sealed class ServedProtocolsTests
{
    private readonly TestCa _ca = TestCa.CreateRoot("eu");

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(HttpProtocols.Http1, "http/1.1")]
    [TestCase(HttpProtocols.Http2, "h2")]
    [TestCase(HttpProtocols.Http1AndHttp2, "h2")]
    public async Task Negotiates_the_highest_protocol_that_the_endpoint_serves(HttpProtocols protocols, string expected)
    {
        await using var server = await StartAsync(protocols);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        await using var stream = new SslStream(client.GetStream());

        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "127.0.0.1",
            ApplicationProtocols = [SslApplicationProtocol.Http11, SslApplicationProtocol.Http2],
            CertificateChainPolicy = EchoServer.Trust(_ca),
        }).WithTimeout();

        stream.NegotiatedApplicationProtocol.ToString().Should().Be(expected);
    }

    [TestCase(HttpProtocols.Http3)]
    [TestCase(HttpProtocols.Http1AndHttp2AndHttp3)]
    public async Task Rejects_HTTP_3(HttpProtocols protocols) =>
        (await FluentActions.Awaiting(() => StartAsync(protocols)).Should().ThrowAsync<NotSupportedException>()).Which.Message.Should().BeApproved();

    private Task<EchoServer> StartAsync(HttpProtocols protocols)
    {
        var files = _folder.WriteRealm("server", _ca, _ca.IssueServer("127.0.0.1"));
        var options = new ServerTlsOptions { CertFile = files.CertFile, KeyFile = files.KeyFile };
        return EchoServer.StartSecuredAsync(listen => listen.UseEndpointMtls(options), protocols: protocols);
    }
}
