using System.Text.RegularExpressions;
using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Serving;

/// <summary>The matrix of client auth types and clients, with OpenSSL and curl.</summary>
public sealed class OtherClientsMatrixTests
{
    private const string Host = "store.example";

    private readonly ClientAuthMatrix _matrix = new();
    private TempFolder _folder = null!;
    private IReadOnlyDictionary<ClientAuthType, TestServer> _servers = null!;

    private string ServerCa => _folder["server/ca.crt"];

    [OneTimeSetUp]
    public async Task StartServersAsync()
    {
        _folder = new TempFolder();
        foreach (var kind in ClientAuthMatrix.Kinds)
        {
            if (_matrix.Of(kind) is { } certificate)
            {
                _folder.Write($"{kind}/tls.crt", certificate.ChainPem);
                _folder.Write($"{kind}/tls.key", certificate.KeyPem);
            }
        }

        _servers = await _matrix.StartServersAsync(_folder, Host);
    }

    [OneTimeTearDown]
    public async Task StopServersAsync()
    {
        foreach (var server in _servers.Values)
            await server.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Accepts_or_rejects_OpenSSL_clients_by_policy([Values] ClientAuthType policy, [Values] ClientKind kind, [Values("1.2", "1.3")] string version)
    {
        var session = _folder[$"{policy}-{kind}-{version}.session"];

        foreach (var turn in new[] { 1, 2 })
        {
            var output = await RunOpenSslAsync(_servers[policy], kind, version, ["-sess_out", session, .. File.Exists(session) ? ["-sess_in", session] : Array.Empty<string>()]);

            AnswerIn(output).Should().Be(ExpectedAnswer(policy, kind), $"connection {turn} printed: {output}");
            output.Should().NotMatchRegex("(?m)^Reused,", "resumption is off");
        }
    }

    [Test]
    public async Task Accepts_or_rejects_curl_clients_by_policy([Values] ClientAuthType policy, [Values] ClientKind kind, [Values("1.2", "1.3")] string version)
    {
        var address = $"https://{Host}:{_servers[policy].Port}/";
        string[] identity = _matrix.Of(kind) is null ? [] : ["--cert", _folder[$"{kind}/tls.crt"], "--key", _folder[$"{kind}/tls.key"]];

        // One process keeps sessions from the first connection for the second.
        var (_, output, error) = await Peer.TryRunAsync(
            "curl",
            [
                "--silent", "--show-error", "--noproxy", "*", "--http1.1", "--header", "Connection: close", "--resolve", $"{Host}:{_servers[policy].Port}:127.0.0.1",
                $"--tlsv{version}", "--tls-max", version, "--cacert", ServerCa, .. identity, "--write-out", "|", address, address,
            ]);

        output.Split('|').Take(2).Select(AnswerIn).Should().Equal(Enumerable.Repeat(ExpectedAnswer(policy, kind), 2), $"curl printed: {output} {error}");
    }

    [TestCase("1.2")]
    [TestCase("1.3")]
    public async Task The_server_sends_the_names_of_the_accepted_CAs(string version) =>
        (await RunOpenSslAsync(_servers[ClientAuthType.RequireAndVerifyClientCert], ClientKind.Valid, version))
            .Should().MatchRegex("Acceptable client certificate CA names[^-]*CN ?= ?clients");

    [Test]
    public async Task A_client_with_only_TLS_1_2_is_rejected_by_default()
    {
        var files = _folder.WriteRealm("modern", _matrix.ServerCa, _matrix.ServerCa.IssueServer(Host));
        await using var server = await ClientAuthMatrix.StartServerAsync(new ServerTlsOptions { CertFile = files.CertFile, KeyFile = files.KeyFile });

        AnswerIn(await RunOpenSslAsync(server, ClientKind.NoCertificate, "1.2")).Should().BeNull();
        AnswerIn(await RunOpenSslAsync(server, ClientKind.NoCertificate, "1.3")).Should().NotBeNull();
    }

    [Test]
    public async Task Only_configured_cipher_suites_are_negotiated()
    {
        var files = _folder.WriteRealm("suites", _matrix.ServerCa, _matrix.ServerCa.IssueServer(Host));
        await using var server = await ClientAuthMatrix.StartServerAsync(new ServerTlsOptions
        {
            CertFile = files.CertFile,
            KeyFile = files.KeyFile,
            CipherSuites = { System.Net.Security.TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256 },
        });

        (await RunOpenSslAsync(server, ClientKind.NoCertificate, "1.3")).Should().Contain("Cipher is TLS_CHACHA20_POLY1305_SHA256");
        AnswerIn(await RunOpenSslAsync(server, ClientKind.NoCertificate, "1.3", ["-ciphersuites", "TLS_AES_128_GCM_SHA256"])).Should().BeNull();
    }

    private async Task<string> RunOpenSslAsync(TestServer server, ClientKind kind, string version, params string[] more)
    {
        string[] identity = _matrix.Of(kind) is null ? [] : ["-cert", _folder[$"{kind}/tls.crt"], "-key", _folder[$"{kind}/tls.key"], "-cert_chain", _folder[$"{kind}/tls.crt"]];
        var (_, output, error) = await Peer.TryRunAsync(
            "openssl",
            [
                "s_client", "-connect", $"127.0.0.1:{server.Port}", "-servername", Host, "-verify_hostname", Host, "-CAfile", ServerCa, "-verify_return_error",
                $"-tls{version.Replace('.', '_')}", "-ign_eof", .. identity, .. more,
            ],
            $"GET / HTTP/1.1\r\nHost: {Host}\r\nConnection: close\r\n\r\n");
        return output + error;
    }

    private string? ExpectedAnswer(ClientAuthType policy, ClientKind kind) =>
        ClientAuthMatrix.RejectionReasonOf(policy, kind) is null ? ClientAuthMatrix.ResponseTo(policy, kind, _matrix.Of(kind)) : null;

    /// <returns>The answer of the server; <see langword="null"/> if it rejected the client.</returns>
    private static string? AnswerIn(string output) => Regex.Match(output, "sent by .*, verified as .*") is { Success: true, Value: var answer } ? answer.TrimEnd('\r') : null;
}
