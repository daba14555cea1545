using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Tests.Support;
using Microsoft.AspNetCore.Hosting;

namespace EndpointMtls.Tests.Serving;

/// <summary>Handshakes use only the cipher suites and TLS versions in the options of a server.</summary>
[Platform(Exclude = "Win")]
[UnsupportedOSPlatform("windows")]
public sealed class ServerCipherSuiteTests
{
    private readonly TestCa _ca = TestCa.CreateRoot("eu");

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase(SslProtocols.Tls13, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256)]
    [TestCase(SslProtocols.Tls12, TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)]
    public async Task Negotiates_the_only_configured_suite(SslProtocols version, TlsCipherSuite suite)
    {
        await using var server = await StartAsync(version, suite);

        var (usedVersion, usedSuite) = await ConnectAsync(server, SslProtocols.None);

        (usedVersion, usedSuite).Should().Be((version, suite));
    }

    [Test]
    public async Task Rejects_a_client_without_a_common_version()
    {
        await using var server = await StartAsync(SslProtocols.Tls13, TlsCipherSuite.TLS_AES_128_GCM_SHA256);

        (await Assert.CatchAsync(() => ConnectAsync(server, SslProtocols.Tls12))).Should().Match(exception => exception is AuthenticationException || exception is IOException);
    }

    [TestCase(SslProtocols.Tls12, SslProtocols.Tls12)]
    [TestCase(SslProtocols.Tls13, SslProtocols.Tls13)]
    public async Task Negotiates_no_version_above_the_maximum(SslProtocols highest, SslProtocols used)
    {
        await using var server = await StartAsync(options => (options.MinVersion, options.MaxVersion) = (SslProtocols.Tls12, highest));

        (await ConnectAsync(server, SslProtocols.None)).Version.Should().Be(used);
    }

    private Task<EchoServer> StartAsync(SslProtocols minVersion, TlsCipherSuite suite) => StartAsync(options =>
    {
        options.MinVersion = minVersion;
        options.CipherSuites.Add(suite);
    });

    private Task<EchoServer> StartAsync(Action<ServerTlsOptions> change)
    {
        var files = _folder.WriteRealm("server", _ca, _ca.IssueServer("127.0.0.1"));
        var options = new ServerTlsOptions { CertFile = files.CertFile, KeyFile = files.KeyFile };
        change(options);
        return EchoServer.StartSecuredAsync(listen => listen.UseEndpointMtls(options));
    }

    private async Task<(SslProtocols Version, TlsCipherSuite Suite)> ConnectAsync(EchoServer server, SslProtocols versions)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        await using var stream = new SslStream(client.GetStream());
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.Add(_ca.Certificate);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "127.0.0.1",
            EnabledSslProtocols = versions,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            CertificateChainPolicy = trust,
        }).WithTimeout();
        return (stream.SslProtocol, stream.NegotiatedCipherSuite);
    }
}
