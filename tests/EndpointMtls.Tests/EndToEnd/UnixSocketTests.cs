using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Endpoints on Unix domain sockets.</summary>
public sealed class UnixSocketTests
{
    private readonly TestCa _clientRoot = TestCa.CreateRoot("client root");
    private readonly TestCa _serverRoot = TestCa.CreateRoot("server root");
    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Calls_a_plaintext_server_on_a_socket()
    {
        await using var server = await EchoServer.StartPlaintextAsync(_folder["echo.sock"]);
        await using var services = TestServices.With(new RealmOptions { Name = "here", Endpoints = { $"unix:{_folder["echo.sock"]}" } });

        var reply = await new Echo.EchoClient(services.Factory.GetChannel($"unix://{_folder["echo.sock"]}")).UnaryAsync(new EchoRequest { Text = "hello" }).ResponseAsync.WithTimeout();

        reply.Text.Should().Be("hello");
        services.Factory.Describe($"unix:{_folder["echo.sock"]}").Should().Match<EndpointDescription>(endpoint =>
            endpoint.Address == $"unix:{_folder["echo.sock"]}" && endpoint.IsPlaintext && endpoint.LastConnection != null);
    }

    [Test]
    public async Task Expects_localhost_of_a_TLS_server_on_a_socket_unless_the_realm_sets_server_name()
    {
        await using var server = await EchoServer.StartTlsAsync(_folder["echo.sock"], _serverRoot.IssueServer("localhost"), _clientRoot);
        await using var services = TestServices.With(new RealmOptions
        {
            Match = { "*" },
            TlsConfig = _folder.WriteRealm("eu", _serverRoot, _clientRoot.IssueClient("client")),
        });
        await using var misnamed = TestServices.With(new RealmOptions
        {
            Match = { $"unix:{_folder["echo.sock"]}" },
            TlsConfig = With(_folder.WriteRealm("us", _serverRoot, _clientRoot.IssueClient("client")), tls => tls.ServerName = "store"),
        });

        (await CallAsync(services)).Should().Be("CN=client");
        EndpointConnectionException.ReasonOf((await Assert.ThrowsAsync<RpcException>(() => CallAsync(misnamed)))!).Should().Be(ConnectionFailureReason.NameMismatch);
    }

    [Test]
    public async Task A_channel_to_a_socket_rotates_with_its_realm()
    {
        await using var server = await EchoServer.StartTlsAsync(_folder["echo.sock"], _serverRoot.IssueServer("localhost"), _clientRoot);
        var tls = With(_folder.WriteRealm("eu", _serverRoot, _clientRoot.IssueClient("first")), tls => tls.RotationJitter = TimeSpan.Zero);
        await using var services = TestServices.With(new RealmOptions { Name = "eu", Match = { "*" }, TlsConfig = tls });
        await CallAsync(services);

        _folder.WriteRealm("eu", _serverRoot, _clientRoot.IssueClient("second"));
        await services.Get<RotatingCertificateProvider>("eu").ReloadAsync().WithTimeout();

        await services.Logs.Wait(311).WithTimeout();
        (await CallAsync(services)).Should().Be("CN=second");
    }

    [Test]
    public async Task A_socket_without_a_server_is_unavailable()
    {
        await using var services = TestServices.With(new RealmOptions { Match = { "*" } });

        (await Assert.ThrowsAsync<RpcException>(() => CallAsync(services)))!.StatusCode.Should().Be(StatusCode.Unavailable);
    }

    private static TlsOptions With(TlsOptions tls, Action<TlsOptions> change)
    {
        change(tls);
        return tls;
    }

    private async Task<string> CallAsync(TestServices services) =>
        (await new Echo.EchoClient(services.Factory.GetChannel($"unix:{_folder["echo.sock"]}")).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer;
}
