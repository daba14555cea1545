using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Serving;

/// <summary>Each policy with Go's exact meaning, whatever the client comes with, in both versions, also for whoever comes again.</summary>
public sealed class ClientAuthMatrixTests
{
    private readonly ClientAuthMatrix _matrix = new();
    private TempFolder _folder = null!;
    private IReadOnlyDictionary<ClientAuthType, WhoServer> _servers = null!;

    [OneTimeSetUp]
    public async Task StartServersAsync()
    {
        _folder = new TempFolder();
        _servers = await _matrix.StartServersAsync(_folder, "store.example");
    }

    [OneTimeTearDown]
    public async Task StopServersAsync()
    {
        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Test]
    public async Task A_client_gets_in_or_not(
        [Values] ClientAuthType policy, [Values] ClientKind kind, [Values(SslProtocols.Tls12, SslProtocols.Tls13)] SslProtocols version, [Values(1, 2)] int connection)
    {
        using var refusals = new MeterRecorder($"{policy}");
        var certificate = _matrix.Of(kind);
        var client = new SslClientAuthenticationOptions
        {
            TargetHost = "store.example",
            EnabledSslProtocols = version,
            ClientCertificateContext = certificate?.ToContext(),
            CertificateChainPolicy = EchoServer.Trust(_matrix.ServerCa),

            // As most clients do: what it has to resume must make no difference.
            AllowTlsResume = true,
        };

        string? answer = null;
        for (var turn = 1; turn <= connection; turn++)
        {
            answer = await AskAsync(_servers[policy].Port, client);
        }

        if (ClientAuthMatrix.RefusalOf(policy, kind) is { } reason)
        {
            answer.Should().BeNull();
            refusals.Of("endpoint_mtls.server.rejected_clients").Should().Equal(Enumerable.Repeat((1d, $"endpoint_mtls.reason={reason}"), connection));
        }
        else
        {
            answer.Should().Be(ClientAuthMatrix.AnswerTo(policy, kind, certificate));
            refusals.Of("endpoint_mtls.server.rejected_clients").Should().BeEmpty();
        }
    }

    /// <returns>What the server answered; <see langword="null"/> if it did not let the client in.</returns>
    private static async Task<string?> AskAsync(int port, SslClientAuthenticationOptions options)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", port);
        await using var stream = new SslStream(socket.GetStream());
        try
        {
            await stream.AuthenticateAsClientAsync(options).WithTimeout();
            await stream.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: store.example\r\nConnection: close\r\n\r\n"));
            using var reader = new StreamReader(stream);
            var response = await reader.ReadToEndAsync().WithTimeout();
            return response.Length == 0 ? null : response.Split("\r\n\r\n")[1].Split("\r\n") is [_, var chunk, ..] ? chunk : response;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return null;
        }
    }
}
