using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.InteropTests.OpenSsl;

/// <summary>OpenSSL peers send both certificates of a cross-signed CA, in either order. Peers of .NET send only one path.</summary>
public sealed class CrossSignedPeerTests
{
    private static readonly TestCa First = TestCa.CreateRoot("first");
    private static readonly TestCa Second = TestCa.CreateRoot("second");
    private static readonly TestCa Team = First.CreateIntermediate("team");
    private static readonly X509Certificate2[] Sent = [Team.Certificate, Second.CrossSign(Team), First.Certificate, Second.Certificate];

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_server_is_accepted_by_either_root(bool reverses)
    {
        await using var server = ChildProcess.StartPeer("openssl", ["s_server", "-accept", "127.0.0.1:0", .. Identity(Team.IssueServer("127.0.0.1"), reverses)]);
        var address = IPEndPoint.Parse(await server.ReadAsync(@"ACCEPT (\S+)"));

        foreach (var trusted in new[] { First, Second })
        {
            var tls = new TlsOptions { CaFile = { _folder.Write($"{trusted.Certificate.Subject}.crt", trusted.Pem) } };
            await using var services = new ServiceCollection()
                .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "eu", TlsConfig = tls, Match = { "*" } }))
                .BuildServiceProvider();
            using var connection = new TcpClient();
            await connection.ConnectAsync(address);
            await using var stream = new SslStream(connection.GetStream());
            var options = services.GetRequiredKeyedService<RotatingCertificateProvider>("eu").CreateClientOptions("127.0.0.1");

            await stream.AuthenticateAsClientAsync(options).WithTimeout();

            stream.RemoteCertificate!.Subject.Should().Be("CN=server 127.0.0.1");
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_client_is_accepted_by_either_root(bool reverses)
    {
        var files = _folder.WriteRealm("server", First, First.IssueServer("127.0.0.1"));
        var identity = Identity(Team.IssueClient("querier"), reverses);
        foreach (var trusted in new[] { First, Second })
        {
            await using var server = await ClientAuthMatrix.StartServerAsync(new ServerTlsOptions
            {
                Name = $"{nameof(CrossSignedPeerTests)}-{trusted.Certificate.Subject}-{reverses}",
                CertFile = files.CertFile,
                KeyFile = files.KeyFile,
                ClientCaFile = { _folder.Write("clients.crt", trusted.Pem) },
                ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
            });

            var (_, output, _) = await Peer.TryRunAsync(
                "openssl",
                ["s_client", "-connect", server.Address, "-ign_eof", "-quiet", .. identity],
                "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

            output.Should().Contain("verified as CN=querier");
        }
    }

    /// <summary>The arguments to send a certificate, both certificates of its CA, and the roots, which a peer need not send.</summary>
    private string[] Identity(TestCertificate certificate, bool reverses)
    {
        var chain = string.Join('\n', (reverses ? Sent.Reverse() : Sent).Select(other => other.ExportCertificatePem()));
        return
        [
            "-cert", _folder.Write("tls.crt", certificate.Leaf.ExportCertificatePem()), "-key", _folder.Write("tls.key", certificate.KeyPem),
            "-cert_chain", _folder.Write("chain.crt", chain),
        ];
    }
}
