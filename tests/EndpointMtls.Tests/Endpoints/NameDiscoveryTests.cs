using System.Net;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Endpoints discovered by names.</summary>
public sealed class NameDiscoveryTests : EndpointSetFixture
{
    private static readonly Func<CancellationToken, Task<IReadOnlyList<IPAddress>>> Failing = _ => throw new IOException("no name server answers");

    [SetUp]
    public void DisableProbes() => Options.ProbeInterval = TimeSpan.FromHours(1);

    [Test]
    public async Task Discovers_endpoints_although_the_log_throws()
    {
        Dns.SetHost("a.example", "10.0.0.1");
        var log = new LogRecorder { OnEntry = entry => throw new IOException($"no space left for log {entry.EventId}") };

        Start(services => services.AddSingleton<ILoggerProvider>(log), Realm("a", "dns+a.example:1", "10.0.0.2:1"));

        await Until(set => set.Endpoints.Count == 2);
    }

    [Test]
    public async Task Discovers_one_endpoint_for_each_address_of_a_name()
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
    public async Task Resolves_SRV_targets_to_addresses_with_the_port_of_their_record()
    {
        Dns.SetService("_grpc._tcp.stores", ("one.example", 1001), ("two.example", 1002));
        Dns.SetHost("one.example.", "10.0.0.1");
        Dns.SetHost("two.example.", "10.0.0.2", "10.0.0.3");
        Run(Realm("a", "dnssrv+_grpc._tcp.stores"));

        (await Until(set => set.Endpoints.Count > 0)).Endpoints.Select(endpoint => endpoint.Address).Should().Equal("10.0.0.1:1001", "10.0.0.2:1002", "10.0.0.3:1002");
    }

    [Test]
    public async Task Discovers_SRV_targets_without_resolving_them()
    {
        Dns.SetService("_grpc._tcp.stores", ("Two.example", 1002), ("one.example", 1001), ("one.example", 1001), ("off.example", 0));
        Run(Realm("a", "dnssrvnoa+_grpc._tcp.stores"));

        (await Until(set => set.Endpoints.Count > 0)).Endpoints.Select(endpoint => endpoint.Address).Should().Equal("one.example:1001", "two.example:1002");
        Dns.Queries.Should().Equal("_grpc._tcp.stores SRV");
    }

    [Test]
    public async Task The_failed_lookup_of_one_SRV_target_keeps_the_addresses_of_all_targets()
    {
        Dns.SetService("_grpc._tcp.stores", ("one.example", 1001), ("two.example", 1002));
        Dns.SetHost("one.example.", "10.0.0.1");
        Dns.SetHost("two.example.", "10.0.0.2");
        Run(Realm("a", "dnssrv+_grpc._tcp.stores"));
        await Until(set => set.Endpoints.Count == 2);

        Dns.SetHost("two.example.", Failing);
        Dns.SetHost("one.example.", "10.0.0.11");

        (await Until(set => set.Sources[0].LastError is not null)).Endpoints.Select(endpoint => endpoint.Address).Should().Equal("10.0.0.1:1001", "10.0.0.2:1002");
    }

    [Test]
    public async Task A_configured_port_overrides_the_ports_of_SRV_records()
    {
        Dns.SetService("_grpc._tcp.stores", ("one.example", 1001), ("two.example", 0));
        Run(Realm("a", "dnssrvnoa+_grpc._tcp.stores:443"));

        (await Until(set => set.Endpoints.Count > 0)).Endpoints.Select(endpoint => endpoint.Address).Should().Equal("one.example:443", "two.example:443");
    }

    [Test]
    public async Task One_of_two_address_families_may_fail()
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
    public async Task A_failed_lookup_keeps_the_endpoints_and_is_logged_once()
    {
        Dns.SetHost("stores.example", "10.0.0.1");
        Run(Realm("a", "dns+stores.example:443"));
        await Until(set => set.Endpoints.Count == 1);

        Dns.SetHost("stores.example", Failing);
        var failed = await Until(set => set.Sources[0].LastError is not null);
        failed.Endpoints.Should().ContainSingle();
        failed.Sources[0].LastError.Should().BeApproved();
        var count = Dns.Queries.Count;
        while (Dns.Queries.Count < count + 2)
            await Dns.Lookups.WaitAsync().WithTimeout();
        Logged(403).Should().ContainSingle().Which.Should().BeApproved();

        Dns.SetHost("stores.example", "10.0.0.1");
        (await Until(set => set.Sources[0].LastError is null)).Endpoints.Should().ContainSingle();
        Logged(404).Should().ContainSingle().Which.Should().BeApproved();
    }

    [Test]
    public async Task A_lookup_that_hangs_fails_after_the_timeout()
    {
        Options.DnsTimeout = TimeSpan.FromMilliseconds(50);
        Dns.SetHost("stores.example", _ => new TaskCompletionSource<IReadOnlyList<IPAddress>>().Task);
        Run(Realm("a", "dns+stores.example:443"));

        (await Until(set => set.Sources[0].LastError is not null)).Sources[0].LastError.Should().BeApproved();
    }

    [Test]
    public async Task Passes_a_trailing_dot_to_the_resolver_and_not_to_TLS()
    {
        Dns.SetHost("stores.example.", "10.0.0.1");
        var realm = Realm("a", "dns+stores.example.:443");
        realm.TlsConfig = Folder.WriteRealm("a", TestCa.CreateRoot("root"), TestCa.CreateRoot("root").IssueClient("querier"));
        Run(realm);

        (await Until(set => set.Endpoints.Count > 0)).Endpoints[0].Describe().ServerName.Should().Be("stores.example");
    }

    [Test]
    public async Task The_name_of_a_group_is_a_source()
    {
        var realm = Realm("a", "stores.example:443");
        realm.Group = true;
        Dns.SetHost("stores.example", Failing);
        Run(realm);
        (await Until(set => set.Sources is [{ LastError: not null }])).Sources[0].Should().BeEquivalentTo(new { Name = "stores.example:443", Realm = "a", Count = 0, LastSuccess = (DateTimeOffset?)null });

        Dns.SetHost("stores.example", "10.0.0.1", "10.0.0.2");
        (await Until(set => set.Sources is [{ LastError: null }])).Sources[0].Count.Should().Be(2);

        Dns.SetHost("stores.example", Failing);
        (await Until(set => set.Sources is [{ LastError: not null }])).Sources[0].Count.Should().Be(2, "a failed lookup keeps the addresses");
    }

    [Test]
    public async Task Lookups_back_off_until_the_first_success()
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

        // Waits for the timer that is due within the range, and advances the clock to its end.
        void Pass(TimeSpan min, TimeSpan max)
        {
            SpinWait.SpinUntil(() => time.RemainingTimes.Count(remaining => remaining <= max) == 1, TimeSpan.FromSeconds(30)).Should().BeTrue();
            time.RemainingTimes.Should().NotContain(remaining => remaining < min);
            time.Advance(max);
        }
    }

    [Test]
    public async Task Fails_with_an_SRV_target_that_is_not_a_host_name()
    {
        Dns.SetService("_grpc._tcp.stores", ("one example", 1001));
        Run(Realm("a", "dnssrvnoa+_grpc._tcp.stores"));

        (await Until(set => set.Sources[0].LastError is not null)).Sources[0].LastError.Should().Contain("'one example'").And.BeApproved();
    }

    [Test]
    public async Task Stops_lookups_of_a_name_removed_by_a_reload()
    {
        Dns.SetHost("stores.example", "10.0.0.1");
        Run(Realm("a", "dns+stores.example:443"));
        await Until(set => set.Endpoints.Count == 1);

        Source.Set(Realm("a", "dns+others.example:443"));
        await Until(set => set.Endpoints.Count == 0);
        Dns.Queries.Clear();
        while (Dns.Queries.Count < 2)
            await Dns.Lookups.WaitAsync().WithTimeout();

        Dns.Queries.Should().OnlyContain(query => query.StartsWith("others.example"));
    }

    [Test]
    public async Task Applies_a_trailing_dot_added_by_a_reload()
    {
        Dns.SetHost("stores.example", "10.0.0.1");
        Dns.SetHost("stores.example.", "10.0.0.2");
        Run(Realm("a", "dns+stores.example:443"));
        await Until(set => set.Endpoints is [{ Address: "10.0.0.1:443" }]);

        Source.Set(Realm("a", "dns+stores.example.:443"));

        await Until(set => set.Endpoints is [{ Address: "10.0.0.2:443" }]);
    }

    [Test]
    public async Task Reports_a_failed_lookup_for_each_realm()
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
    public async Task The_failure_of_one_address_family_is_an_error_if_the_other_has_no_addresses()
    {
        Dns.SetHost("stores.example", "10.0.0.1");
        Run(Realm("a", "dnsdualstack+stores.example:443"));
        await Until(set => set.Endpoints.Count == 1);

        var families = 0;
        Dns.SetHost("stores.example", _ => Interlocked.Increment(ref families) % 2 == 0 ? Task.FromResult<IReadOnlyList<IPAddress>>([]) : Failing(default));

        (await Until(set => set.Sources[0].LastError is not null)).Endpoints.Should().ContainSingle("a failed lookup keeps the endpoints");
    }

    [Test]
    public async Task An_IPv4_mapped_IPv6_address_is_the_IPv4_address()
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
