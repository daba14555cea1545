using EndpointMtls.Tests.Endpoints;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Endpoints that are discovered by a real DNS server.</summary>
public sealed class DnsDiscoveryTests : EndpointSetFixture
{
    private readonly TestCa _serverRoot = TestCa.CreateRoot("server root");
    private readonly TestCa _clientRoot = TestCa.CreateRoot("client root");
    private LoopbackDnsServer _dns = null!;

    [SetUp]
    public void Begin() => _dns = new LoopbackDnsServer();

    [TearDown]
    public void End() => _dns.Dispose();

    [TestCase("dns+stores.example:{0}")]
    [TestCase("dnsdualstack+stores.example:{0}")]
    [TestCase("dnssrv+_grpc._tcp.example")]
    public async Task A_discovered_address_is_called_with_mTLS_under_its_name(string endpoint)
    {
        await using var server = await ServeAsync("stores.example");
        var authority = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Health.OnAuthority = value => authority.TrySetResult(value);
        _dns.Set("stores.example", new A("127.0.0.1"));
        _dns.Set("_grpc._tcp.example", new Srv("Stores.Example", server.Port));
        Run(Secured(string.Format(null, endpoint, server.Port)));

        var discovered = (await UntilAll(EndpointHealth.Healthy)).Endpoints.Should().ContainSingle().Subject;

        discovered.Address.Should().Be(server.Address);
        discovered.Describe().ServerName.Should().Be("stores.example");
        (await authority.Task.WithTimeout()).Should().Be($"stores.example:{server.Port}");
        (await new Echo.EchoClient(discovered.Channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=querier");
    }

    [Test]
    public async Task With_dnssrvnoa_the_targets_of_SRV_records_are_the_endpoints()
    {
        await using var server = await ServeAsync("localhost");
        _dns.Set("_grpc._tcp.example", new Srv("localhost", server.Port));
        Run(Secured("dnssrvnoa+_grpc._tcp.example"));

        (await UntilAll(EndpointHealth.Healthy)).Endpoints.Should().ContainSingle().Which.Address.Should().Be($"localhost:{server.Port}");
    }

    [Test]
    public async Task Rejects_a_server_whose_certificate_has_only_its_IP_address()
    {
        await using var server = await ServeAsync("127.0.0.1");
        _dns.Set("stores.example", new A("127.0.0.1"));
        Run(Secured($"dns+stores.example:{server.Port}"));

        var rejected = (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0];
        rejected.LastErrorReason.Should().Be(ConnectionFailureReason.NameMismatch);
        rejected.LastError.Should().BeApproved();
    }

    [Test]
    public async Task The_server_name_of_the_realm_overrides_the_DNS_name()
    {
        await using var server = await ServeAsync("other.example");
        _dns.Set("stores.example", new A("127.0.0.1"));
        var realm = Secured($"dns+stores.example:{server.Port}");
        realm.TlsConfig!.ServerName = "other.example";
        Run(realm);

        (await UntilAll(EndpointHealth.Healthy)).Endpoints[0].Describe().ServerName.Should().Be("other.example");
    }

    [Test]
    public async Task Discovers_IPv4_and_IPv6_addresses()
    {
        _dns.Set("stores.example", new A("192.0.2.1"), new Aaaa("2001:db8::1"));
        Run(Unprobed("dnsdualstack+stores.example:443"));

        (await Until(set => set.Endpoints.Count == 2)).Endpoints.Select(endpoint => endpoint.Address).Should().Equal("192.0.2.1:443", "[2001:db8::1]:443");
    }

    [Test]
    public async Task Receives_hundreds_of_SRV_records_over_TCP_and_resolves_each_target()
    {
        for (var index = 0; index < 300; index++)
        {
            _dns.Add("_grpc._tcp.example", new Srv($"store-{index}.example", 10000 + index));
            _dns.Set($"store-{index}.example", new A("192.0.2.1"));
        }

        Options.DnsTimeout = TimeSpan.FromSeconds(30);
        Run(Unprobed("dnssrv+_grpc._tcp.example"));

        var set = await Until(set => set.Endpoints.Count > 0);
        set.Endpoints.Select(endpoint => endpoint.Address).Should().Equal(Enumerable.Range(10000, 300).Select(port => $"192.0.2.1:{port}"));
        set.Endpoints[7].Describe().Should().BeEquivalentTo(new { Address = "192.0.2.1:10007" });
        set.Sources.Should().ContainSingle().Which.Count.Should().Be(300);
        _dns.Queries.Should().Contain(asked => asked.OverTcp && asked.Type == "SRV");
    }

    [TestCase("SERVFAIL")]
    [TestCase("REFUSED")]
    [TestCase("no answer")]
    [TestCase("malformed")]
    [TestCase("stopped")]
    public async Task A_failed_lookup_keeps_the_endpoints(string how)
    {
        Options.DnsTimeout = TimeSpan.FromSeconds(1);
        _dns.Set("stores.example", new A("192.0.2.1"), new A("192.0.2.2"));
        Run(Unprobed("dns+stores.example:443"));
        await Until(set => set.Endpoints.Count == 2);

        if (how == "stopped")
            _dns.Dispose();
        else
            _dns.OnAny(how switch { "SERVFAIL" => DnsReaction.ServFail, "REFUSED" => DnsReaction.Refused, "no answer" => DnsReaction.Silence, _ => DnsReaction.Body(1, [1, 2, 3]) });
        var failing = await Until(set => set.Sources[0].LastError is not null);
        failing.Endpoints.Should().HaveCount(2);
        failing.Sources[0].Count.Should().Be(2);
        failing.Sources[0].LastError.Should().Contain("'dns+stores.example:443'");
        if (how == "stopped")
            return;

        _dns.OnAny(DnsReaction.Answer);
        (await Until(set => set.Sources[0].LastError is null)).Endpoints.Should().HaveCount(2);
    }

    [Test]
    public async Task The_set_is_updated_with_the_records_and_is_empty_when_the_name_has_none([Values] bool exists)
    {
        await using var server = await ServeAsync("stores.example");
        _dns.Set("_grpc._tcp.example", new Srv("stores.example", server.Port));
        _dns.Set("stores.example", new A("127.0.0.1"));
        Run(Secured("dnssrv+_grpc._tcp.example"));
        var first = (await UntilAll(EndpointHealth.Healthy)).Endpoints[0].Channel;

        await using var second = await ServeAsync("more.example");
        _dns.Set("more.example", new A("127.0.0.1"));
        _dns.Add("_grpc._tcp.example", new Srv("more.example", second.Port));
        var both = await Until(set => set.Endpoints.Count(endpoint => endpoint.Health == EndpointHealth.Healthy) == 2);
        both.Endpoints.Single(endpoint => endpoint.Address == server.Address).Channel.Should().BeSameAs(first);

        if (exists)
            _dns.Set("_grpc._tcp.example");
        else
            _dns.Remove("_grpc._tcp.example");

        var source = (await Until(set => set.Endpoints.Count == 0)).Sources[0];
        source.Count.Should().Be(0);
        source.LastError.Should().BeApproved();
        Services.Logs.Entries.Where(entry => entry.EventId is 403 or 411).Should().ContainSingle().Which.EventId.Should().Be(411);
    }

    [Test]
    public async Task An_address_with_two_names_is_one_endpoint_in_any_order_of_the_answer()
    {
        _dns.Set("one.example", new A("192.0.2.1"));
        _dns.Set("two.example", new A("192.0.2.1"));
        _dns.Set("_grpc._tcp.example", new Srv("two.example", 443), new Srv("one.example", 443));
        Run(Unprobed("dnssrv+_grpc._tcp.example"));
        var channel = (await Until(set => set.Endpoints.Count == 1)).Endpoints[0].Channel;

        _dns.Set("_grpc._tcp.example", new Srv("one.example", 443), new Srv("two.example", 443));
        _dns.Set("three.example", new A("192.0.2.3"));
        _dns.Add("_grpc._tcp.example", new Srv("three.example", 443));

        (await Until(set => set.Endpoints.Count == 2)).Endpoints[0].Channel.Should().BeSameAs(channel);
    }

    private void Run(params RealmOptions[] realms) => Start(
        services =>
        {
            services.RemoveAll<IDnsResolver>();
            services.Configure<EndpointSetOptions>(options => options.NameServers.Add(_dns.Endpoint.ToString()));
        },
        realms);

    private Task<EchoServer> ServeAsync(string name) => EchoServer.StartTlsAsync(_serverRoot.IssueServer(name), _clientRoot);

    private RealmOptions Secured(string endpoint)
    {
        var realm = Realm("tls", endpoint);
        realm.TlsConfig = Folder.WriteRealm("tls", _serverRoot, _clientRoot.IssueClient("querier"));
        return realm;
    }

    private static RealmOptions Unprobed(string endpoint)
    {
        var realm = Realm("a", endpoint);
        realm.Probe = false;
        return realm;
    }
}
