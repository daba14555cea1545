using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Endpoints and their channels after a reload of the configuration.</summary>
public sealed class ReloadedSetTests : EndpointSetFixture
{
    private readonly TestCa _serverRoot = TestCa.CreateRoot("server root");
    private readonly TestCa _clientRoot = TestCa.CreateRoot("client root");

    [Test]
    public async Task A_reload_keeps_the_channel_and_the_health_of_unchanged_endpoints()
    {
        var probe = new ScriptedProbe(_ => Task.FromResult<object?>(null));
        Options.ProbeInterval = TimeSpan.FromHours(1);
        Start(services => services.AddSingleton<IEndpointProbe>(probe), Realm("a", "10.0.0.1:1", "10.0.0.2:1"));
        var before = await UntilAll(EndpointHealth.Healthy);

        Source.Set(Realm("a", "10.0.0.2:1", "10.0.0.3:1"));
        var after = await Until(set => set.Endpoints.Count == 2 && set.Endpoints.All(endpoint => endpoint.Health == EndpointHealth.Healthy) && set.Endpoints[1].Address == "10.0.0.3:1");

        after.Endpoints[0].Channel.Should().BeSameAs(before.Endpoints[1].Channel);
        probe.Count.Should().Be(3);
    }

    [Test]
    public async Task Applies_a_changed_mode_and_probe_to_the_same_channel()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        Start(Realm("a", server.Address));
        var channel = (await UntilAll(EndpointHealth.Healthy)).Endpoints[0].Channel;

        Source.Set(Realm("a", server.Address).With(realm => realm.Strict = true));
        await Until(set => set.Endpoints[0].IsStrict);
        Source.Set(Realm("a", server.Address).With(realm => realm.Probe = false));
        (await UntilAll(EndpointHealth.NotProbed)).Endpoints[0].Channel.Should().BeSameAs(channel);
        Source.Set(Realm("a", server.Address));
        await UntilAll(EndpointHealth.Healthy);
    }

    [Test]
    public async Task A_host_in_a_file_becomes_a_group_and_back()
    {
        Dns.SetHost("store.example", "10.0.0.1", "10.0.0.2");
        var file = Folder.Write("targets.json", """[{"targets":["store.example:443"]}]""");
        Start(Realm());
        (await Until(set => set.Endpoints.Count == 1)).Endpoints[0].Should().BeEquivalentTo(new { IsGroup = false, Address = "store.example:443" });
        var plain = Set.Current.Endpoints[0].Channel;

        Source.Set(Realm().With(realm => realm.Group = true));
        (await Until(set => set.Endpoints is [{ Members.Count: 2, IsGroup: true }])).Endpoints[0].Channel.Should().NotBeSameAs(plain);

        Source.Set(Realm());
        (await Until(set => set.Endpoints is [{ Members.Count: 0, IsGroup: false }])).Endpoints[0].Channel.Should().BeSameAs(plain, "the channel still lingers");

        RealmOptions Realm() => EndpointSetFixture.Realm("a").With(realm =>
        {
            realm.Probe = false;
            realm.EndpointsSdFiles.Add(new FileSdOptions { Files = { file } });
        });
    }

    [Test]
    public async Task Applies_a_changed_server_name_and_CA_to_the_same_channel()
    {
        var newRoot = TestCa.CreateRoot("new root");
        var certificate = _serverRoot.IssueServer("stores.example");
        await using var server = await EchoServer.StartTlsAsync(() => EchoServer.CreateOptions(certificate, _clientRoot));
        Dns.SetHost("stores.example", "127.0.0.1");
        Start(Secured(server, _serverRoot));
        var channel = (await UntilAll(EndpointHealth.Healthy)).Endpoints[0].Channel;

        certificate = newRoot.IssueServer("other.example");
        Source.Set(Secured(server, newRoot, "2").With(realm => realm.TlsConfig!.ServerName = "other.example"));
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Set.Current.Endpoints[0].Describe() is not { ServerName: "other.example", LastConnection.Tls.PeerSubject: "CN=server other.example" })
        {
            // The new files are loaded after the quiet period. Until then the old configuration applies, and no call fails.
            await CallAsync(channel);
            timeout.Token.ThrowIfCancellationRequested();
        }

        var after = await UntilAll(EndpointHealth.Healthy);
        after.Endpoints[0].Channel.Should().BeSameAs(channel);
    }

    [Test]
    public async Task Enabling_TLS_replaces_the_channel_and_closes_the_old_one()
    {
        await using var plain = await EchoServer.StartPlaintextAsync();
        Dns.SetHost("stores.example", "127.0.0.1");
        Start(Realm("tls", $"dns+stores.example:{plain.Port}"));
        var before = (await UntilAll(EndpointHealth.Healthy)).Endpoints[0].Channel;

        await plain.DisposeAsync();
        await using var secured = await EchoServer.StartTlsAsync(() => EchoServer.CreateOptions(_serverRoot.IssueServer("stores.example"), _clientRoot), plain.Port);
        Source.Set(Secured(secured, _serverRoot));

        var after = await Until(set => set.Endpoints is [{ Health: EndpointHealth.Healthy } endpoint] && endpoint.Channel != before);
        await CallAsync(after.Endpoints[0].Channel);
        (await CloseReasonAsync(before)).Should().Contain("'tls'").And.BeApproved();
    }

    [Test]
    public async Task Removing_or_renaming_a_realm_closes_its_channels()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        Dns.SetHost("stores.example", "127.0.0.1");
        Start(Realm("a", $"dns+stores.example:{server.Port}"));
        var before = (await UntilAll(EndpointHealth.Healthy)).Endpoints[0].Channel;

        Source.Set(Realm("b", $"dns+stores.example:{server.Port}"));
        var renamed = (await Until(set => set.Endpoints is [{ Realm: "b", Health: EndpointHealth.Healthy }])).Endpoints[0].Channel;
        (await CloseReasonAsync(before)).Should().BeApproved();

        Source.Set(Realm("c", "10.0.0.1:1"));
        await Until(set => set.Endpoints is [{ Realm: "c" }]);
        (await CloseReasonAsync(renamed)).Should().BeApproved();
    }

    [Test]
    public async Task Leaves_out_an_endpoint_whose_channel_cannot_be_created()
    {
        var mustFail = false;
        var probe = new ScriptedProbe(_ => Task.FromResult<object?>(null));
        Start(
            services => services.AddSingleton<IEndpointProbe>(probe).AddEndpointMtls(options => options.ConfigureChannel = (_, _) =>
            {
                if (mustFail)
                    throw new InvalidOperationException("not today");
            }),
            Realm("a", "10.0.0.1:1"));
        await UntilAll(EndpointHealth.Healthy);

        mustFail = true;
        Source.Set(Realm("a", "10.0.0.2:1", "10.0.0.1:1"), Realm("b", "10.0.0.3:1"));
        await Services.Logs.Wait(410).WithTimeout();
        (await UntilAll(EndpointHealth.Healthy)).Endpoints.Should().ContainSingle().Which.Address.Should().Be("10.0.0.1:1");
        Services.Logs.Entries.First(entry => entry.EventId == 410).Message.Should().Contain("'10.0.0.2:1'").And.EndWith("not today").And.BeApproved();

        mustFail = false;
        Source.Set(Realm("a", "10.0.0.2:1", "10.0.0.1:1"), Realm("b", "10.0.0.3:1", "10.0.0.4:1"));
        await Until(set => set.Endpoints.Count == 4);
    }

    [Test]
    public async Task Logs_a_channel_that_cannot_be_created_once()
    {
        var realms = 0;
        Dns.SetHost("stores.example", "10.0.0.9");
        Start(
            services => services.AddSingleton<IEndpointProbe>(new ScriptedProbe(_ => Task.FromResult<object?>(null))).AddEndpointMtls(options => options.ConfigureChannel = (_, _) => throw new InvalidOperationException("not today")),
            Realm("a", "dns+stores.example:1"));
        await Services.Logs.Wait(410).WithTimeout();

        await SearchAsync();
        await SearchAsync();
        LeftOut().Should().Be(1);

        int LeftOut() => Services.Logs.Entries.Count(entry => entry.EventId == 410);

        // A name without addresses changes no endpoint, but starts a search.
        async Task SearchAsync()
        {
            var name = $"dns+other{++realms}.example:1";
            Source.Set(Realm("a", "dns+stores.example:1"), Realm("z", name));
            await Until(set => set.Sources.Any(source => source.Name == name && source.LastError is not null));
        }
    }

    [Test]
    public async Task A_group_in_a_file_keeps_its_channel_when_another_realm_is_added()
    {
        Dns.SetHost("store.example", "10.0.0.1", "10.0.0.2");
        var file = Folder.Write("targets.json", """[{"targets":["store.example:443"]}]""");
        Start(Grouped());
        var before = (await Until(set => set.Endpoints is [{ Members.Count: 2 }])).Endpoints[0].Channel;

        Source.Set(Grouped(), Realm("b", "127.0.0.1:1"));

        (await Until(set => set.Endpoints.Count == 2)).Endpoints[0].Channel.Should().BeSameAs(before);

        RealmOptions Grouped() => Realm("a").With(realm =>
        {
            (realm.Group, realm.Probe) = (true, false);
            realm.EndpointsSdFiles.Add(new FileSdOptions { Files = { file } });
        });
    }

    [Test]
    public async Task Enabling_TLS_closes_a_lingering_channel()
    {
        await using var server = await EchoServer.StartPlaintextAsync();
        Dns.SetHost("stores.example", "127.0.0.1");
        Start(Realm("tls", $"dns+stores.example:{server.Port}"));
        var channel = (await UntilAll(EndpointHealth.Healthy)).Endpoints[0].Channel;
        Dns.SetHost("stores.example");
        await Until(set => set.Endpoints.Count == 0);

        Source.Set(Realm("tls", $"dns+stores.example:{server.Port}").With(realm => realm.TlsConfig = Folder.WriteRealm("1", _serverRoot, _clientRoot.IssueClient("querier"))), Realm("b", "10.0.0.1:1"));
        await Until(set => set.Endpoints is [{ Realm: "b" }]);

        (await CloseReasonAsync(channel)).Should().Contain("'tls'").And.BeApproved();
    }

    private RealmOptions Secured(EchoServer server, TestCa root, string folder = "1") => Realm("tls", $"dns+stores.example:{server.Port}").With(realm =>
        realm.TlsConfig = Folder.WriteRealm(folder, root, _clientRoot.IssueClient("querier")).With(tls => tls.RotationJitter = TimeSpan.Zero));

    private static async Task<string> CloseReasonAsync(GrpcChannel channel)
    {
        var failure = EndpointConnectionException.Find((await Assert.ThrowsAsync<RpcException>(() => CallAsync(channel)))!)!;
        failure.Reason.Should().Be(ConnectionFailureReason.RealmRemoved);
        return failure.Message;
    }

    private static Task<EchoReply> CallAsync(GrpcChannel channel) => new Echo.EchoClient(channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout();
}
