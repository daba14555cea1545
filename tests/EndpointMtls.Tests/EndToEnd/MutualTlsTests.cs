using System.Security.Authentication;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>One process calls several trust domains, each with its own certificates and rules.</summary>
public sealed class MutualTlsTests
{
    private TempFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TempFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Reaches_three_trust_domains_from_one_YAML_file()
    {
        var (eu, us) = (TestCa.CreateRoot("eu"), TestCa.CreateRoot("us"));
        await using var plain = await EchoServer.StartPlaintextAsync();
        await using var euServer = await EchoServer.StartTlsAsync(eu.IssueServer("store.eu"), eu);
        await using var usServer = await EchoServer.StartTlsAsync(us.IssueServer("127.0.0.1"), us);
        _folder.WriteRealm("eu", eu, eu.IssueClient("querier in eu"));
        _folder.WriteRealm("us", us, us.IssueClient("querier in us"));
        var path = _folder.Write("endpoints.yaml", $$"""
            - name: in-cluster
              endpoints: ["{{plain.Address}}"]
            - name: remote-eu
              tls_config: { cert_file: eu/tls.crt, key_file: eu/tls.key, ca_file: eu/ca.crt, server_name: store.eu }
              endpoints: ["{{euServer.Address}}"]
            - name: remote-us
              tls_config: { cert_file: us/tls.crt, key_file: us/tls.key, ca_file: us/ca.crt }
              match: ["127.0.0.0/8"]
              mode: strict
            """);
        await using var services = new TestServices(s => s.AddEndpointMtls(path));

        (await PeerSeenByAsync(services, plain)).Should().BeEmpty();
        (await PeerSeenByAsync(services, euServer)).Should().Be("CN=querier in eu");
        (await PeerSeenByAsync(services, usServer)).Should().Be("CN=querier in us");

        var description = services.Factory.Describe(euServer.Address);
        description.Should().BeEquivalentTo(new { Realm = "remote-eu", ServerName = "store.eu", IsPlaintext = false, IsStrict = false, LastFailure = (object?)null });
        description.LastConnection!.Tls.Should().BeEquivalentTo(new { Protocol = SslProtocols.Tls13, PeerSubject = "CN=server store.eu", PeerNotAfter = new DateTimeOffset(2119, 12, 30, 0, 0, 0, TimeSpan.Zero), LocalSubject = "CN=querier in eu" });
        services.Factory.Describe(euServer.Address.ToUpperInvariant()).Should().Be(description);
        services.Factory.Describe(plain.Address).Should().BeEquivalentTo(new { Realm = "in-cluster", ServerName = (string?)null, IsPlaintext = true, LastConnection = new { Tls = (object?)null } });
        services.Factory.Describe(usServer.Address).IsStrict.Should().BeTrue();
    }

    [Test]
    public async Task A_server_that_trusts_only_the_root_accepts_ten_new_connections_of_a_leaf_under_an_intermediate()
    {
        var root = TestCa.CreateRoot("root");
        var intermediate = root.CreateIntermediate("intermediate");
        await using var server = await EchoServer.StartTlsAsync(intermediate.IssueServer("127.0.0.1"), root);
        var tls = _folder.WriteRealm("realm", root, intermediate.IssueClient("querier"));

        for (var connection = 1; connection <= 10; connection++)
        {
            await using var services = TestServices.With(new RealmOptions { TlsConfig = tls, Endpoints = { server.Address } });
            (await PeerSeenByAsync(services, server)).Should().Be("CN=querier");
            server.Connections.Should().Be(connection);
        }
    }

    [Test]
    public async Task A_server_with_session_resumption_accepts_ten_new_connections_too()
    {
        var root = TestCa.CreateRoot("root");
        var intermediate = root.CreateIntermediate("intermediate");
        var options = EchoServer.CreateOptions(intermediate.IssueServer("localhost"), root);
        options.AllowTlsResume = true;
        await using var server = await EchoServer.StartTlsAsync(options);
        var tls = _folder.WriteRealm("realm", root, intermediate.IssueClient("querier"));

        // The runtime resumes sessions only for host names, and a resumed session lacks the intermediate.
        for (var connection = 1; connection <= 10; connection++)
        {
            await using var services = TestServices.With(new RealmOptions { TlsConfig = tls, Match = { "localhost" } });
            var reply = await new Echo.EchoClient(services.Factory.GetChannel($"localhost:{server.Port}")).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
            reply.Peer.Should().Be("CN=querier");
        }

        server.Connections.Should().Be(10);
    }

    [Test]
    public async Task Presents_an_RSA_certificate_and_uses_TLS_1_2_if_configured()
    {
        var root = TestCa.CreateRoot("root");
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var options = EchoServer.CreateOptions(root.IssueServer("127.0.0.1"), root);
        options.EnabledSslProtocols = SslProtocols.Tls12;
        await using var server = await EchoServer.StartTlsAsync(options);
        var tls = _folder.WriteRealm("realm", root, root.Issue("rsa querier", [], TestCa.ClientAuthentication, key: rsa));
        tls.MinVersion = SslProtocols.Tls12;
        await using var services = TestServices.With(new RealmOptions { TlsConfig = tls, Endpoints = { server.Address } });

        (await PeerSeenByAsync(services, server)).Should().Be("CN=rsa querier");
        services.Factory.Describe(server.Address).LastConnection!.Tls!.Protocol.Should().Be(SslProtocols.Tls12);
    }

    [Test]
    public async Task Uses_no_higher_TLS_version_than_max_version()
    {
        var root = TestCa.CreateRoot("root");
        await using var server = await EchoServer.StartTlsAsync(root.IssueServer("127.0.0.1"), root);
        var tls = _folder.WriteRealm("realm", root, root.IssueClient("querier"));
        (tls.MinVersion, tls.MaxVersion) = (SslProtocols.Tls12, SslProtocols.Tls12);
        await using var services = TestServices.With(new RealmOptions { TlsConfig = tls, Endpoints = { server.Address } });

        (await PeerSeenByAsync(services, server)).Should().Be("CN=querier");
        services.Factory.Describe(server.Address).LastConnection!.Tls!.Protocol.Should().Be(SslProtocols.Tls12);
    }

    [Test]
    public async Task Accepts_a_server_that_omits_its_intermediate_if_the_bundle_has_it()
    {
        var root = TestCa.CreateRoot("root");
        var intermediate = root.CreateIntermediate("intermediate");
        var leaf = intermediate.IssueServer("127.0.0.1");
        await using var server = await EchoServer.StartTlsAsync(leaf with { Intermediates = [] });
        var tls = _folder.WriteRealm("realm", root, client: null);
        _folder.Write("realm/ca.crt", root.Pem + "\n" + intermediate.Pem);
        await using var services = TestServices.With(new RealmOptions { TlsConfig = tls, Endpoints = { server.Address } });

        (await PeerSeenByAsync(services, server)).Should().BeEmpty();
    }

    [Test]
    public async Task Channels_keep_their_connectivity_state_over_TLS()
    {
        var root = TestCa.CreateRoot("root");
        await using var server = await EchoServer.StartTlsAsync(root.IssueServer("127.0.0.1"), root);
        var tls = _folder.WriteRealm("realm", root, root.IssueClient("querier"));
        await using var services = TestServices.With(new RealmOptions { TlsConfig = tls, Endpoints = { server.Address } });
        var channel = services.Factory.GetChannel(server.Address);

        await channel.ConnectAsync().WithTimeout();

        channel.State.Should().Be(Grpc.Core.ConnectivityState.Ready);
        await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
        server.Connections.Should().Be(1);
    }

    private static async Task<string> PeerSeenByAsync(TestServices services, EchoServer server)
    {
        var client = new Echo.EchoClient(services.Factory.GetChannel(server.Address));
        return (await client.UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer;
    }
}
