using EndpointMtls.Tests.Endpoints;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>Endpoints that a real DNS server leads to.</summary>
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
    public async Task What_a_name_leads_to_is_called_with_mTLS_under_that_name_and_not_under_its_address(string endpoint)
    {
        await using var server = await ServeAsync("stores.example");
        var authority = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Health.OnAuthority = value => authority.TrySetResult(value);
        _dns.Set("stores.example", new A("127.0.0.1"));
        _dns.Set("_grpc._tcp.example", new Srv("Stores.Example", server.Port));
        Run(Secured(string.Format(null, endpoint, server.Port)));

        var found = (await UntilAll(EndpointHealth.Healthy)).Endpoints.Should().ContainSingle().Subject;

        found.Address.Should().Be(server.Address);
        found.Describe().ServerName.Should().Be("stores.example");
        (await authority.Task.WithTimeout()).Should().Be($"stores.example:{server.Port}");
        (await new Echo.EchoClient(found.Channel).UnaryAsync(new EchoRequest()).ResponseAsync.WithTimeout()).Peer.Should().Be("CN=querier");
    }

    [Test]
    public async Task The_targets_of_SRV_records_can_be_the_endpoints_themselves()
    {
        await using var server = await ServeAsync("localhost");
        _dns.Set("_grpc._tcp.example", new Srv("localhost", server.Port));
        Run(Secured("dnssrvnoa+_grpc._tcp.example"));

        (await UntilAll(EndpointHealth.Healthy)).Endpoints.Should().ContainSingle().Which.Address.Should().Be($"localhost:{server.Port}");
    }

    [Test]
    public async Task A_server_whose_certificate_is_for_its_address_only_is_refused()
    {
        await using var server = await ServeAsync("127.0.0.1");
        _dns.Set("stores.example", new A("127.0.0.1"));
        Run(Secured($"dns+stores.example:{server.Port}"));

        var refused = (await UntilAll(EndpointHealth.Unhealthy)).Endpoints[0];
        refused.LastErrorReason.Should().Be(ConnectionFailureReason.NameMismatch);
        refused.LastError.Should().StartWith($"Endpoint '{server.Address}' of realm 'tls': the server's certificate 'CN=server 127.0.0.1', issued by 'CN=server root', is for '127.0.0.1', not for 'stores.example'.");
    }

    [Test]
    public async Task A_server_name_of_the_realm_goes_before_the_name_that_was_looked_up()
    {
        await using var server = await ServeAsync("other.example");
        _dns.Set("stores.example", new A("127.0.0.1"));
        var realm = Secured($"dns+stores.example:{server.Port}");
        realm.TlsConfig!.ServerName = "other.example";
        Run(realm);

        (await UntilAll(EndpointHealth.Healthy)).Endpoints[0].Describe().ServerName.Should().Be("other.example");
    }

    [Test]
    public async Task Both_families_are_found()
    {
        _dns.Set("stores.example", new A("192.0.2.1"), new Aaaa("2001:db8::1"));
        Run(Unprobed("dnsdualstack+stores.example:443"));

        (await Until(set => set.Endpoints.Count == 2)).Endpoints.Select(endpoint => endpoint.Address).Should().Equal("192.0.2.1:443", "[2001:db8::1]:443");
    }

    [Test]
    public async Task Hundreds_of_SRV_records_come_over_TCP_and_each_target_is_looked_up()
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
        _dns.Asked.Should().Contain(asked => asked.OverTcp && asked.Type == "SRV");
    }

    [TestCase("SERVFAIL")]
    [TestCase("REFUSED")]
    [TestCase("no answer")]
    [TestCase("no sense")]
    [TestCase("nobody")]
    public async Task A_server_that_fails_takes_nothing_away(string how)
    {
        Options.DnsTimeout = TimeSpan.FromSeconds(1);
        _dns.Set("stores.example", new A("192.0.2.1"), new A("192.0.2.2"));
        Run(Unprobed("dns+stores.example:443"));
        await Until(set => set.Endpoints.Count == 2);

        if (how == "nobody")
            _dns.Dispose();
        else
            _dns.OnAny(how switch { "SERVFAIL" => DnsReaction.ServFail, "REFUSED" => DnsReaction.Refused, "no answer" => DnsReaction.Silence, _ => DnsReaction.Body(1, [1, 2, 3]) });
        var failing = await Until(set => set.Sources[0].LastError is not null);
        failing.Endpoints.Should().HaveCount(2);
        failing.Sources[0].Count.Should().Be(2);
        failing.Sources[0].LastError.Should().StartWith("'dns+stores.example:443' cannot be looked up: ");
        if (how == "nobody")
            return;

        _dns.OnAny(DnsReaction.Answer);
        (await Until(set => set.Sources[0].LastError is null)).Endpoints.Should().HaveCount(2);
    }

    [Test]
    public async Task The_set_follows_the_records_and_a_name_that_is_no_more_takes_all_away()
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

        _dns.Remove("_grpc._tcp.example");
        (await Until(set => set.Endpoints.Count == 0)).Sources[0].Should().BeEquivalentTo(new { Count = 0, LastError = (string?)null });
    }

    [Test]
    public async Task One_address_under_two_names_is_one_endpoint_whatever_the_order_of_the_answer()
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
