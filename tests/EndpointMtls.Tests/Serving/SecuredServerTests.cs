using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Serving;

/// <summary>With <c>UseEndpointMtls</c>, a server accepts only clients that its CA certificates verify.</summary>
public sealed class SecuredServerTests
{
    private readonly TestCa _ca = TestCa.CreateRoot("eu");

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_server_with_its_own_files_accepts_clients_of_its_client_CA()
    {
        var files = _folder.WriteRealm("server", _ca, _ca.IssueServer("127.0.0.1"));
        await using var server = await EchoServer.StartSecuredAsync(listen => listen.UseEndpointMtls(new ServerTlsOptions
        {
            CertFile = files.CertFile,
            KeyFile = files.KeyFile,
            ClientCaFile = { files.CaFile[0] },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
        }));
        await using var client = ClientOf(server, _ca.IssueClient("querier"));

        (await CallAsync(client, server)).Peer.Should().Be("CN=querier");
    }

    [Test]
    public async Task A_server_uses_the_certificates_of_a_realm()
    {
        var own = _ca.Issue("both", ["127.0.0.1"], TestCa.ServerAuthentication);
        var files = _folder.WriteRealm("server", _ca, own);
        await using var server = await EchoServer.StartSecuredAsync(
            listen => listen.UseEndpointMtls("eu"),
            services => services.AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "eu", TlsConfig = files })));
        await using var client = ClientOf(server, _ca.IssueClient("querier"));

        (await CallAsync(client, server)).Peer.Should().Be("CN=querier");
    }

    [Test]
    public async Task A_server_that_uses_a_realm_has_its_own_client_auth_policy()
    {
        var files = _folder.WriteRealm("server", _ca, _ca.IssueServer("127.0.0.1"));
        await using var server = await EchoServer.StartSecuredAsync(
            listen => listen.UseEndpointMtls("eu", rules => rules.ClientAuthType = ClientAuthType.NoClientCert),
            services => services.AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "eu", TlsConfig = files })));
        await using var client = ClientOf(server, certificate: null);

        (await CallAsync(client, server)).Peer.Should().BeEmpty();
    }

    [Test]
    public async Task Intermediates_in_the_client_CA_file_complete_the_chain_of_a_client_that_sends_none()
    {
        var files = _folder.WriteRealm("server", _ca, _ca.IssueServer("127.0.0.1"));
        var team = _ca.CreateIntermediate("team");
        await using var server = await EchoServer.StartSecuredAsync(listen => listen.UseEndpointMtls(new ServerTlsOptions
        {
            CertFile = files.CertFile,
            KeyFile = files.KeyFile,
            ClientCaFile = { files.CaFile[0], _folder.Write("team.crt", team.Pem) },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
        }));
        await using var client = ClientOf(server, team.IssueClient("querier") with { Intermediates = [] });

        (await CallAsync(client, server)).Peer.Should().Be("CN=querier");
    }

    [Test]
    public Task Throws_if_AddEndpointMtls_was_not_called() => FluentActions.Awaiting(() => EchoServer.StartSecuredAsync(listen => listen.UseEndpointMtls(), _ => { }))
        .Should().ThrowAsync<InvalidOperationException>().WithMessage("*services.AddEndpointMtls*");

    // Only the rules of the first call would apply. A call in ConfigureEndpointDefaults is such a first call.
    [Test]
    public async Task An_endpoint_that_is_secured_twice_serves_no_client_and_logs_the_reason()
    {
        var files = _folder.WriteRealm("server", _ca, _ca.IssueServer("127.0.0.1"));
        await using var server = await EchoServer.StartSecuredAsync(listen =>
        {
            listen.UseEndpointMtls(new ServerTlsOptions { Name = "lax", CertFile = files.CertFile, KeyFile = files.KeyFile });
            listen.UseEndpointMtls(new ServerTlsOptions
            {
                Name = "strict",
                CertFile = files.CertFile,
                KeyFile = files.KeyFile,
                ClientCaFile = { files.CaFile[0] },
                ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
            });
        });
        var logged = new TaskCompletionSource();
        server.Logs.OnEntry = entry => _ = entry.Exception?.Message.StartsWith("UseEndpointMtls was called twice", StringComparison.Ordinal) is true && logged.TrySetResult();
        await using var client = ClientOf(server, certificate: null);

        await Assert.ThrowsAsync<RpcException>(() => CallAsync(client, server));

        await logged.Task.WithTimeout();
    }

    private TestServices ClientOf(EchoServer server, TestCertificate? certificate) =>
        TestServices.With(new RealmOptions { Name = "client", Endpoints = { server.Address }, TlsConfig = _folder.WriteRealm("client", _ca, certificate) });

    private static async Task<EchoReply> CallAsync(TestServices client, EchoServer server) =>
        await new Echo.EchoClient(client.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
}
