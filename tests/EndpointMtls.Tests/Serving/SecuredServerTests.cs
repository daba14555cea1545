using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Serving;

/// <summary>The main job of a server: one line, and only those get in who are vouched for.</summary>
public sealed class SecuredServerTests
{
    private readonly TestCa _ca = TestCa.CreateRoot("eu");

    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_server_with_files_of_its_own_lets_in_whom_its_client_CA_vouches_for()
    {
        var files = _folder.WriteRealm("server", _ca, _ca.IssueServer("127.0.0.1"));
        await using var server = await SecuredServer.StartAsync(listen => listen.UseEndpointMtls(new ServerTlsOptions
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
    public async Task A_server_and_a_client_share_a_realm()
    {
        var own = _ca.Issue("both", ["127.0.0.1"], TestCa.ServerAuthentication);
        var files = _folder.WriteRealm("server", _ca, own);
        await using var server = await SecuredServer.StartAsync(
            listen => listen.UseEndpointMtls("eu"),
            services => services.AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "eu", TlsConfig = files })));
        await using var client = ClientOf(server, _ca.IssueClient("querier"));

        (await CallAsync(client, server)).Peer.Should().Be("CN=querier");
    }

    [Test]
    public async Task A_server_that_shares_a_realm_may_have_rules_of_its_own()
    {
        var files = _folder.WriteRealm("server", _ca, _ca.IssueServer("127.0.0.1"));
        await using var server = await SecuredServer.StartAsync(
            listen => listen.UseEndpointMtls("eu", rules => rules.ClientAuthType = ClientAuthType.NoClientCert),
            services => services.AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "eu", TlsConfig = files })));
        await using var client = ClientOf(server, certificate: null);

        (await CallAsync(client, server)).Peer.Should().BeEmpty();
    }

    [Test]
    public async Task A_server_vouches_by_the_intermediates_it_knows_for_clients_that_send_none()
    {
        var files = _folder.WriteRealm("server", _ca, _ca.IssueServer("127.0.0.1"));
        var team = _ca.CreateIntermediate("team");
        await using var server = await SecuredServer.StartAsync(listen => listen.UseEndpointMtls(new ServerTlsOptions
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
    public Task A_server_without_realms_is_told_what_to_call() => FluentActions.Awaiting(() => SecuredServer.StartAsync(listen => listen.UseEndpointMtls(), _ => { }))
        .Should().ThrowAsync<InvalidOperationException>().WithMessage("*services.AddEndpointMtls*");

    // The first would make the handshake, and the rules of the second would be nobody's: as where the defaults of all endpoints secure as well.
    [Test]
    public async Task A_place_that_is_secured_twice_serves_nobody_and_says_why()
    {
        var files = _folder.WriteRealm("server", _ca, _ca.IssueServer("127.0.0.1"));
        await using var server = await SecuredServer.StartAsync(listen =>
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
        var told = new TaskCompletionSource();
        server.Logs.OnEntry = entry => _ = entry.Exception?.Message.StartsWith("UseEndpointMtls was called twice", StringComparison.Ordinal) is true && told.TrySetResult();
        await using var stranger = ClientOf(server, certificate: null);

        await Assert.ThrowsAsync<RpcException>(() => CallAsync(stranger, server));

        await told.Task.WithTimeout();
    }

    private TestServices ClientOf(SecuredServer server, TestCertificate? certificate) =>
        TestServices.With(new RealmOptions { Name = "client", Endpoints = { server.Address }, TlsConfig = _folder.WriteRealm("client", _ca, certificate) });

    private static async Task<EchoReply> CallAsync(TestServices client, SecuredServer server) =>
        await new Echo.EchoClient(client.Factory.GetChannel(server.Address)).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
}
