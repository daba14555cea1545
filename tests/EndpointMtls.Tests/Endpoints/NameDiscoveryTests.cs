using System.Net;
using System.Net.Sockets;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>What names lead to, and what becomes of it.</summary>
public sealed class NameDiscoveryTests : EndpointSetFixture
{
    private static readonly Func<CancellationToken, Task<IReadOnlyList<IPAddress>>> Failing = _ => throw new SocketException((int)SocketError.TryAgain);

    [SetUp]
    public void AskNobody() => Options.ProbeInterval = TimeSpan.FromHours(1);

    [Test]
    public async Task A_log_that_is_full_keeps_no_endpoint_from_being_found()
    {
        Dns.SetHost("a.example", "10.0.0.1");
        var full = new LogRecorder { OnEntry = entry => throw new IOException($"no space left for log {entry.EventId}") };

        Start(services => services.AddSingleton<ILoggerProvider>(full), Realm("a", "dns+a.example:1", "10.0.0.2:1"));

        await Until(set => set.Endpoints.Count == 2);
    }

    [Test]
    public async Task A_name_leads_to_one_endpoint_for_each_address()
    {
        Dns.SetHost("stores.example", "10.0.0.2", "10.0.0.1", "2001:db8::1", "10.0.0.1");
        Run(Realm("a", "dns+Stores.Example:443"));

        var set = await Until(set => set.Endpoints.Count > 0);

        set.Endpoints.Select(endpoint => (endpoint.Address, endpoint.Source, endpoint.Realm)).Should().Equal(
            ("10.0.0.1:443", "dns+Stores.Example:443", "a"), ("10.0.0.2:443", "dns+Stores.Example:443", "a"), ("[2001:db8::1]:443", "dns+Stores.Example:443", "a"));
        set.Sources.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Name = "dns+Stores.Example:443", Realm = "a", Count = 3, LastError = (string?)null });
        Dns.Queries.Should().Equal("stores.example Unspecified");
    }

    [Test]
    public async Task SRV_records_lead_to_the_addresses_of_their_targets_on_their_ports()
    {
        Dns.SetService("_grpc._tcp.stores", ("one.example", 1001), ("two.example", 1002));
        Dns.SetHost("one.example.", "10.0.0.1");
        Dns.SetHost("two.example.", "10.0.0.2", "10.0.0.3");
        Run(Realm("a", "dnssrv+_grpc._tcp.stores"));

        (await Until(set => set.Endpoints.Count > 0)).Endpoints.Select(endpoint => endpoint.Address).Should().Equal("10.0.0.1:1001", "10.0.0.2:1002", "10.0.0.3:1002");
    }

    [Test]
    public async Task SRV_records_alone_lead_to_their_targets()
    {
        Dns.SetService("_grpc._tcp.stores", ("Two.example", 1002), ("one.example", 1001), ("one.example", 1001), ("off.example", 0));
        Run(Realm("a", "dnssrvnoa+_grpc._tcp.stores"));

        (await Until(set => set.Endpoints.Count > 0)).Endpoints.Select(endpoint => endpoint.Address).Should().Equal("one.example:1001", "two.example:1002");
        Dns.Queries.Should().Equal("_grpc._tcp.stores SRV");
    }

    [Test]
    public async Task A_port_of_ones_own_goes_before_those_of_SRV_records()
    {
        Dns.SetService("_grpc._tcp.stores", ("one.example", 1001), ("two.example", 0));
        Run(Realm("a", "dnssrvnoa+_grpc._tcp.stores:443"));

        (await Until(set => set.Endpoints.Count > 0)).Endpoints.Select(endpoint => endpoint.Address).Should().Equal("one.example:443", "two.example:443");
    }

    [Test]
    public async Task Of_two_families_one_may_fail()
    {
        Dns.SetHost("stores.example", "10.0.0.1");
        Run(Realm("a", "dnsdualstack+stores.example:443"));
        await Until(set => set.Endpoints.Count == 1);
        Dns.Queries.Should().BeEquivalentTo("stores.example InterNetwork", "stores.example InterNetworkV6");

        var families = 0;
        Dns.SetHost("stores.example", _ => Interlocked.Increment(ref families) % 2 == 0 ? Task.FromResult<IReadOnlyList<IPAddress>>([IPAddress.Parse("10.0.0.2")]) : Failing(default));
        await Until(set => set.Endpoints is [{ Address: "10.0.0.2:443" }]);

        Dns.SetHost("stores.example", Failing);
        (await Until(set => set.Sources[0].LastError is not null)).Endpoints.Should().ContainSingle();
    }

    [Test]
    public async Task A_lookup_that_fails_keeps_what_was_known_and_is_told_once()
    {
        Dns.SetHost("stores.example", "10.0.0.1");
        Run(Realm("a", "dns+stores.example:443"));
        await Until(set => set.Endpoints.Count == 1);

        Dns.SetHost("stores.example", Failing);
        var failed = await Until(set => set.Sources[0].LastError is not null);
        failed.Endpoints.Should().ContainSingle();
        failed.Sources[0].LastError.Should().StartWith("'dns+stores.example:443' cannot be looked up: ");
        var asked = Dns.Queries.Count;
        while (Dns.Queries.Count < asked + 2)
            await Dns.Lookups.WaitAsync().WithTimeout();
        Logged(403).Should().ContainSingle().Which.Should().StartWith("A name of realm 'a' cannot be looked up; the 1 addresses that it led to are kept. 'dns+stores.example:443' cannot");

        Dns.SetHost("stores.example", "10.0.0.1");
        (await Until(set => set.Sources[0].LastError is null)).Endpoints.Should().ContainSingle();
        Logged(404).Should().Equal("'dns+stores.example:443' of realm 'a' can be looked up again, and leads to 1 addresses.");
    }

    [Test]
    public async Task A_name_that_is_no_more_takes_its_endpoints_along()
    {
        Dns.SetHost("stores.example", "10.0.0.1", "10.0.0.2");
        Run(Realm("a", "dns+stores.example:443"));
        await Until(set => set.Endpoints.Count == 2);

        Dns.SetHost("stores.example", "10.0.0.2");
        await Until(set => set.Endpoints is [{ Address: "10.0.0.2:443" }]);
        Dns.SetHost("stores.example");
        (await Until(set => set.Endpoints.Count == 0)).Sources[0].Should().BeEquivalentTo(new { Count = 0, LastError = (string?)null });
    }

    [Test]
    public async Task A_lookup_that_hangs_ends_with_its_deadline()
    {
        Options.DnsTimeout = TimeSpan.FromMilliseconds(50);
        Dns.SetHost("stores.example", _ => new TaskCompletionSource<IReadOnlyList<IPAddress>>().Task);
        Run(Realm("a", "dns+stores.example:443"));

        (await Until(set => set.Sources[0].LastError is not null)).Sources[0].LastError.Should()
            .Be("'dns+stores.example:443' cannot be looked up: no answer within 50ms. Check the DNS servers, and the network in between.");
    }

    [Test]
    public async Task A_dot_at_the_end_reaches_the_resolver_and_not_TLS()
    {
        Dns.SetHost("stores.example.", "10.0.0.1");
        var realm = Realm("a", "dns+stores.example.:443");
        realm.TlsConfig = Folder.WriteRealm("a", TestCa.CreateRoot("root"), TestCa.CreateRoot("root").IssueClient("querier"));
        Run(realm);

        (await Until(set => set.Endpoints.Count > 0)).Endpoints[0].Describe().ServerName.Should().Be("stores.example");
    }

    [Test]
    public async Task The_name_of_a_group_is_a_source_like_any_other()
    {
        var realm = Realm("a", "stores.example:443");
        realm.Group = true;
        Dns.SetHost("stores.example", Failing);
        Run(realm);
        (await Until(set => set.Sources is [{ LastError: not null }])).Sources[0].Should().BeEquivalentTo(new { Name = "stores.example:443", Realm = "a", Count = 0, LastSuccess = (DateTimeOffset?)null });

        Dns.SetHost("stores.example", "10.0.0.1", "10.0.0.2");
        (await Until(set => set.Sources is [{ LastError: null }])).Sources[0].Count.Should().Be(2);

        Dns.SetHost("stores.example", Failing);
        (await Until(set => set.Sources is [{ LastError: not null }])).Sources[0].Count.Should().Be(2, "what is known stays");
    }

    [Test]
    public async Task A_name_that_was_never_found_is_looked_up_often_and_less_and_less()
    {
        var time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Dns.SetHost("stores.example", Failing);
        Options.DnsInterval = TimeSpan.FromSeconds(30);
        Start(services => services.AddSingleton<TimeProvider>(time), Realm("a", "dns+stores.example:443"));

        foreach (var seconds in new[] { 2, 4, 8, 16, 30, 30 })
        {
            await Dns.Lookups.WaitAsync().WithTimeout();
            Pass(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
            Pass(TimeSpan.FromSeconds((seconds * 0.9) - 1.01), TimeSpan.FromSeconds((seconds * 1.1) - 1));
        }

        // Somebody waits for at least and at most so long; then so much time passes.
        void Pass(TimeSpan least, TimeSpan most)
        {
            SpinWait.SpinUntil(() => time.RemainingTimes.Count(remaining => remaining <= most) == 1, TimeSpan.FromSeconds(30)).Should().BeTrue();
            time.RemainingTimes.Should().NotContain(remaining => remaining < least);
            time.Advance(most);
        }
    }

    [Test]
    public async Task An_SRV_target_that_is_no_host_fails_the_lookup()
    {
        Dns.SetService("_grpc._tcp.stores", ("one example", 1001));
        Run(Realm("a", "dnssrvnoa+_grpc._tcp.stores"));

        (await Until(set => set.Sources[0].LastError is not null)).Sources[0].LastError.Should()
            .StartWith("'dnssrvnoa+_grpc._tcp.stores' cannot be looked up: an SRV record names the target 'one example', which is not a host");
    }

    [Test]
    public async Task A_name_that_leaves_the_configuration_is_not_looked_up_any_more()
    {
        Dns.SetHost("stores.example", "10.0.0.1");
        Run(Realm("a", "dns+stores.example:443"));
        await Until(set => set.Endpoints.Count == 1);

        Source.Set(Realm("a", "dns+others.example:443"));
        await Until(set => set.Endpoints.Count == 0);
        Dns.Queries.Clear();
        while (Dns.Queries.Count < 2)
            await Dns.Lookups.WaitAsync().WithTimeout();

        Dns.Queries.Should().OnlyContain(asked => asked.StartsWith("others.example"));
    }

    [Test]
    public async Task A_dot_that_is_added_by_reload_counts_from_then_on()
    {
        Dns.SetHost("stores.example", "10.0.0.1");
        Dns.SetHost("stores.example.", "10.0.0.2");
        Run(Realm("a", "dns+stores.example:443"));
        await Until(set => set.Endpoints is [{ Address: "10.0.0.1:443" }]);

        Source.Set(Realm("a", "dns+stores.example.:443"));

        await Until(set => set.Endpoints is [{ Address: "10.0.0.2:443" }]);
    }

    [Test]
    public async Task What_becomes_of_a_name_is_told_and_shown_for_each_realm_that_lists_it()
    {
        Dns.SetHost("stores.example", Failing);
        var realm = Realm("b");
        realm.EndpointsSdFiles.Add(new FileSdOptions { Files = { Folder.Write("b.json", """[{"targets":["dns+stores.example:443"]}]""") } });
        Run(Realm("a", "dns+stores.example:443"), realm);

        var set = await Until(set => set.Sources.Where(source => source.Name == "dns+stores.example:443").ToList() is { Count: 2 } names && names.TrueForAll(source => source.LastError is not null));

        set.Sources.Where(source => source.LastError is not null).Select(source => source.Realm).Should().Equal("a", "b");
        Logged(403).Should().HaveCount(2).And.ContainSingle(message => message.Contains("'a'")).And.ContainSingle(message => message.Contains("'b'"));
    }

    [Test]
    public async Task Of_two_families_one_that_has_nothing_does_not_hide_that_the_other_failed()
    {
        Dns.SetHost("stores.example", "10.0.0.1");
        Run(Realm("a", "dnsdualstack+stores.example:443"));
        await Until(set => set.Endpoints.Count == 1);

        var families = 0;
        Dns.SetHost("stores.example", _ => Interlocked.Increment(ref families) % 2 == 0 ? Task.FromResult<IReadOnlyList<IPAddress>>([]) : Failing(default));

        (await Until(set => set.Sources[0].LastError is not null)).Endpoints.Should().ContainSingle("what was known is kept");
    }

    [Test]
    public async Task An_IPv4_address_written_as_IPv6_is_the_IPv4_address()
    {
        Dns.SetHost("stores.example", "::ffff:10.0.0.1", "10.0.0.1");
        Run(Realm("a", "dns+stores.example:443"));

        (await Until(set => set.Endpoints.Count > 0)).Endpoints.Should().ContainSingle().Which.Address.Should().Be("10.0.0.1:443");
    }

    private void Run(params RealmOptions[] realms)
    {
        Options.DnsInterval = TimeSpan.FromSeconds(1);
        Start(services => services.AddSingleton<IEndpointProbe>(new ScriptedProbe(_ => Task.FromResult<object?>(null))), realms);
    }

    private IEnumerable<string> Logged(int eventId) => Services.Logs.Entries.Where(entry => entry.EventId == eventId).Select(entry => entry.Message);
}
