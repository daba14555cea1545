using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Serving;

/// <summary>OpenSSL clients connect repeatedly while the files of the server change, with the system clock and without a restart.</summary>
public sealed class OpenSslRotationTests
{
    private const string Host = "store.example";

    private readonly TestCa _serverCa = TestCa.CreateRoot("servers");
    private readonly TestCa _clientCa = TestCa.CreateRoot("clients");

    private TempFolder _folder = null!;
    private TestServer _server = null!;

    [SetUp]
    public async Task StartServerAsync()
    {
        _folder = new TempFolder();
        _folder.Write("server-ca.crt", _serverCa.Pem);
        Present("server 1");
        Identify("client", _clientCa.IssueClient("client 1"));
        _server = await ClientAuthMatrix.StartServerAsync(new ServerTlsOptions
        {
            CertFile = _folder["server/tls.crt"],
            KeyFile = _folder["server/tls.key"],
            ClientCaFile = { _folder.Write("clients.crt", _clientCa.Pem) },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
            CheckInterval = TimeSpan.FromSeconds(1),
        });
    }

    [TearDown]
    public async Task StopServerAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Every_connection_is_accepted_while_the_server_certificate_rotates()
    {
        await using var load = new Load(ConnectAsync);
        for (var turn = 2; turn <= 4; turn++)
        {
            Present($"server {turn}");

            (await Eventually.Async(ConnectAsync, seen => seen.Server == $"server {turn}")).Should().Be(($"server {turn}", "client 1"));
        }

        (await load.StopAsync()).Should().OnlyContain(seen => seen.Client == "client 1").And.HaveCountGreaterThan(3);
    }

    [Test]
    public async Task Every_connection_is_accepted_while_the_CA_of_the_clients_is_replaced()
    {
        var next = TestCa.CreateRoot("next clients");
        Identify("next", next.IssueClient("client 2"));
        await using var load = new Load(() => ConnectAsync(File.Exists(_folder["moved"]) ? "next" : "client"));

        _folder.Write("clients.crt", _clientCa.Pem + "\n" + next.Pem);
        (await Eventually.Async(() => ConnectAsync("next"), seen => seen.Client is not null)).Client.Should().Be("client 2");
        _folder.Write("moved", "");
        await load.AnotherRoundAsync();
        _folder.Write("clients.crt", next.Pem);
        (await Eventually.Async(() => ConnectAsync("client"), seen => seen.Client is null)).Client.Should().BeNull();
        await load.AnotherRoundAsync();

        (await load.StopAsync()).Should().OnlyContain(seen => seen.Client == "client 1" || seen.Client == "client 2").And.Contain(seen => seen.Client == "client 2");
    }

    private void Present(string name) => Identify("server", _serverCa.Issue(name, [Host], TestCa.ServerAuthentication));

    private void Identify(string folder, TestCertificate certificate)
    {
        _folder.Write($"{folder}/tls.crt", certificate.ChainPem);
        _folder.Write($"{folder}/tls.key", certificate.KeyPem);
    }

    private Task<(string? Server, string? Client)> ConnectAsync() => ConnectAsync("client");

    /// <returns>The subject that the server presented, and the subject that it verified.</returns>
    private async Task<(string? Server, string? Client)> ConnectAsync(string identity)
    {
        var (_, output, _) = await Peer.TryRunAsync(
            "openssl",
            [
                "s_client", "-connect", $"127.0.0.1:{_server.Port}", "-servername", Host, "-verify_hostname", Host, "-CAfile", _folder["server-ca.crt"], "-verify_return_error", "-ign_eof",
                "-cert", _folder[$"{identity}/tls.crt"], "-key", _folder[$"{identity}/tls.key"],
            ],
            $"GET / HTTP/1.1\r\nHost: {Host}\r\nConnection: close\r\n\r\n");
        return (Find("subject=CN = ([^\r\n]+)", output), Find("verified as CN=([^\r\n]+)", output));
    }

    private static string? Find(string pattern, string output) => Regex.Match(output, pattern) is { Success: true } found ? found.Groups[1].Value : null;

    /// <summary>Two clients that connect repeatedly, in rounds.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(string? Server, string? Client)> _seen = new();
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;
        private int _rounds;

        public Load(Func<Task<(string?, string?)>> connect) => _running = Task.Run(async () =>
        {
            while (!_stop.IsCancellationRequested)
            {
                Array.ForEach(await Task.WhenAll(connect(), connect()), _seen.Enqueue);
                Interlocked.Increment(ref _rounds);
            }
        });

        /// <summary>Waits for the end of a round that begins after the call.</summary>
        public async Task AnotherRoundAsync()
        {
            var until = Volatile.Read(ref _rounds) + 2;
            await Eventually.Async(() => Task.FromResult(Volatile.Read(ref _rounds)), rounds => rounds >= until || _running.IsCompleted);
        }

        public async Task<IReadOnlyCollection<(string? Server, string? Client)>> StopAsync()
        {
            await _stop.CancelAsync();
            await _running;
            return _seen;
        }

        public async ValueTask DisposeAsync()
        {
            await StopAsync();
            _stop.Dispose();
        }
    }
}
