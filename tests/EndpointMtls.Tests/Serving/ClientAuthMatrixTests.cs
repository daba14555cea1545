using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Serving;

/// <summary>Each client-auth policy has the result of Go's crypto/tls for each kind of client, in both TLS versions, also on a second connection.</summary>
public sealed class ClientAuthMatrixTests
{
    private readonly ClientAuthMatrix _matrix = new();
    private TempFolder _folder = null!;
    private IReadOnlyDictionary<ClientAuthType, TestServer> _servers = null!;

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
    public async Task Accepts_or_rejects_a_client(
        [Values] ClientAuthType policy, [Values] ClientKind kind, [Values(SslProtocols.Tls12, SslProtocols.Tls13)] SslProtocols version, [Values(1, 2)] int connection)
    {
        using var rejections = new MeterRecorder($"{policy}");
        var certificate = _matrix.Of(kind);
        var client = new SslClientAuthenticationOptions
        {
            TargetHost = "store.example",
            EnabledSslProtocols = version,
            ClientCertificateContext = certificate?.ToContext(),
            CertificateChainPolicy = EchoServer.Trust(_matrix.ServerCa),

            // The default of most clients. A stored session must make no difference.
            AllowTlsResume = true,
        };

        string? response = null;
        for (var turn = 1; turn <= connection; turn++)
        {
            response = await GetAsync(_servers[policy].Port, client);
        }

        if (ClientAuthMatrix.RejectionReasonOf(policy, kind) is { } reason)
        {
            response.Should().BeNull();
            rejections.Of("endpoint_mtls.server.rejected_clients").Should().Equal(Enumerable.Repeat((1d, $"endpoint_mtls.reason={reason}"), connection));
        }
        else
        {
            response.Should().Be(ClientAuthMatrix.ResponseTo(policy, kind, certificate));
            rejections.Of("endpoint_mtls.server.rejected_clients").Should().BeEmpty();
        }
    }

    /// <returns>The response; <see langword="null"/> if the server rejected the client.</returns>
    private static async Task<string?> GetAsync(int port, SslClientAuthenticationOptions options)
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
