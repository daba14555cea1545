using System.Security.Authentication;
using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Thanos.Api;

namespace EndpointMtls.InteropTests.OpenSsl;

/// <summary>The failure reasons with an OpenSSL server, which sends TLS alerts.</summary>
public sealed class OpenSslServerTests
{
    private static readonly TestCa Root = TestCa.CreateRoot("root");

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCase("-tls1_2")]
    [TestCase("-tls1_3")]
    public async Task A_client_certificate_of_another_CA_is_rejected(string version) =>
        (await FailAsync(Root.IssueClient("querier"), [version, "-Verify", "1", "-verify_return_error", "-CAfile", _folder.Write("other.crt", TestCa.CreateRoot("other").Pem)]))
            .Should().Match<EndpointConnectionException>(failure => failure.Reason == ConnectionFailureReason.ClientCertificateRejected && failure.Message.Contains("'CN=querier'"));

    [TestCase("-tls1_2")]
    [TestCase("-tls1_3")]
    public async Task A_missing_client_certificate_is_reported(string version) =>
        (await FailAsync(client: null, [version, "-Verify", "1", "-verify_return_error", "-CAfile", _folder.Write("root.crt", Root.Pem)]))
            .Should().Match<EndpointConnectionException>(failure => failure.Reason == ConnectionFailureReason.ClientCertificateRejected && failure.Message.Contains("the realm presents none"));

    [Test]
    public async Task A_server_with_only_an_older_TLS_version_is_rejected() =>
        (await FailAsync(client: null, ["-tls1_2"], SslProtocols.Tls13)).Reason.Should().Be(ConnectionFailureReason.ProtocolMismatch);

    [Test]
    public async Task A_server_without_ALPN_is_rejected() =>
        (await FailAsync(client: null, [], alpn: null)).Reason.Should().Be(ConnectionFailureReason.NoAlpn);

    [Test]
    public async Task A_server_that_selects_HTTP_1_1_is_rejected() =>
        (await FailAsync(client: null, [], alpn: "http/1.1")).Reason.Should().Be(ConnectionFailureReason.NoAlpn);

    private async Task<EndpointConnectionException> FailAsync(TestCertificate? client, string[] arguments, SslProtocols minVersion = SslProtocols.Tls12, string? alpn = "h2")
    {
        var certificate = Root.IssueServer("127.0.0.1");
        await using var server = ChildProcess.StartPeer(
            "openssl",
            [
                "s_server", "-accept", "127.0.0.1:0",
                "-cert", _folder.Write("server.crt", certificate.ChainPem), "-key", _folder.Write("server.key", certificate.KeyPem),
                .. alpn is null ? Array.Empty<string>() : ["-alpn", alpn],
                .. arguments,
            ]);
        var address = await server.ReadAsync(@"ACCEPT (\S+)");
        var tls = _folder.WriteRealm("realm", Root, client);
        tls.MinVersion = minVersion;
        await using var services = new ServiceCollection()
            .AddEndpointMtls(options => options.Realms.Add(new RealmOptions { TlsConfig = tls, Endpoints = { address } }))
            .BuildServiceProvider();
        var info = new Info.InfoClient(services.GetRequiredService<IEndpointChannelFactory>().GetChannel(address));

        var exception = await Assert.ThrowsAsync<RpcException>(() => info.InfoAsync(new InfoRequest()).ResponseAsync.WaitAsync(Eventually.Timeout));

        exception.StatusCode.Should().Be(StatusCode.Unavailable);
        return EndpointConnectionException.Find(exception) ?? throw new AssertionException($"No connection failure in {exception}", exception);
    }
}
