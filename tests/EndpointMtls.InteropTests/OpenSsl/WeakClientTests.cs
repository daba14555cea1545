using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.OpenSsl;

/// <summary>OpenSSL clients without a security level present weak certificates to a server.</summary>
public sealed class WeakClientTests
{
    private readonly TestCa _servers = TestCa.CreateRoot("servers");

    private OpenSslFiles _files = null!;

    [SetUp]
    public async Task CreateRootAsync() => _files = await OpenSslFiles.CreateAsync();

    [TearDown]
    public void RemoveFiles() => _files.Dispose();

    [TestCase("-newkey rsa:1024 -sha256", "an RSA key of 1024 bits")]
    [TestCase("-newkey rsa:2048 -sha1", "a signature with SHA-1")]
    [TestCase("-newkey rsa:2048 -md5", "a signature with MD5")]
    public async Task A_client_with_a_weak_certificate_is_rejected_unless_that_is_allowed(string arguments, string weakness)
    {
        await _files.IssueAsync(arguments);
        await using var server = await StartServerAsync(allowsWeak: false);
        await using var lenient = await StartServerAsync(allowsWeak: true);

        (await GetAsync(server)).Should().NotContain("verified as");
        (await GetAsync(lenient)).Should().Contain("verified as CN=peer");

        server.Logs.Entries.Where(entry => entry.EventId == 500).Should().ContainSingle()
            .Which.Message.Should().ContainAll("(WeakCertificate)", "'CN=peer'", weakness);
    }

    private Task<TestServer> StartServerAsync(bool allowsWeak)
    {
        var certificate = _servers.IssueServer("127.0.0.1");
        return ClientAuthMatrix.StartServerAsync(new ServerTlsOptions
        {
            Name = $"{nameof(WeakClientTests)}-{allowsWeak}",
            CertFile = _files.Write("server.crt", certificate.ChainPem),
            KeyFile = _files.Write("server.key", certificate.KeyPem),
            ClientCaFile = { _files["root.crt"] },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
            AllowWeakCertificates = allowsWeak,
        });
    }

    private async Task<string> GetAsync(TestServer server)
    {
        var (_, output, _) = await Peer.TryRunAsync(
            "openssl",
            ["s_client", "-connect", server.Address, "-cert", _files["peer.crt"], "-key", _files["peer.key"], "-cipher", "ALL:@SECLEVEL=0", "-ign_eof", "-quiet"],
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        return output;
    }
}
