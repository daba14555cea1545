using System.Net;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Names without addresses: they do not exist, or have no records, or only some of their SRV targets have addresses.</summary>
public sealed class EmptyNameTests : EndpointSetFixture
{
    [SetUp]
    public void DisableProbes() => Options.ProbeInterval = TimeSpan.FromHours(1);

    [TestCase("dns+stores.example:443")]
    [TestCase("dnsdualstack+stores.example:443")]
    [TestCase("dnssrv+_grpc._tcp.stores")]
    [TestCase("dnssrvnoa+_grpc._tcp.stores")]
    public async Task A_name_without_records_is_an_error_from_the_start_and_logged_once(string name)
    {
        Run(Realm("a", name));

        var source = (await Until(set => set.Sources[0].LastError is not null)).Sources[0];

        source.Should().BeEquivalentTo(new { Count = 0, LastSuccess = (DateTimeOffset?)null });
        source.LastError.Should().BeApproved();
        await AfterLookups(2);
        Logged(404, 411).Should().ContainSingle().Which.Should().BeApproved();
    }

    [Test]
    public async Task Endpoints_leave_with_the_records_of_their_name_and_both_this_and_their_return_are_logged_once()
    {
        Dns.SetHost("stores.example", "10.0.0.1", "10.0.0.2");
        Run(Realm("a", "dns+stores.example:443"));
        await Until(set => set.Endpoints.Count == 2);
        Dns.SetHost("stores.example", "10.0.0.2");
        var last = (await Until(set => set.Endpoints is [{ Address: "10.0.0.2:443" }])).Sources[0].LastSuccess;

        Dns.SetHost("stores.example");
        var empty = (await Until(set => set.Endpoints.Count == 0)).Sources[0];
        empty.LastError.Should().NotBeNull();
        empty.LastSuccess.Should().BeOnOrAfter(last!.Value);
        await AfterLookups(2);
        Set.Current.Sources[0].LastSuccess.Should().Be(empty.LastSuccess);

        Dns.SetHost("stores.example", "10.0.0.1");
        (await Until(set => set.Endpoints.Count == 1)).Sources[0].Should().BeEquivalentTo(new { Count = 1, LastError = (string?)null });
        await AfterLookups(2);
        Logged(403, 404, 411).Should().BeApproved();
    }

    [Test]
    public async Task A_name_that_fails_and_then_does_not_exist_loses_its_endpoints()
    {
        Dns.SetHost("stores.example", "10.0.0.1");
        Run(Realm("a", "dns+stores.example:443"));
        await Until(set => set.Endpoints.Count == 1);

        Dns.SetHost("stores.example", _ => throw new IOException("no name server\nanswers"));
        (await Until(set => set.Sources[0].LastError is not null)).Endpoints.Should().HaveCount(1);
        Dns.SetHost("stores.example");
        await Until(set => set.Endpoints.Count == 0);

        Logged(403, 404, 411).Should().BeApproved();
    }

    [Test]
    public async Task The_name_of_a_group_without_records_is_an_error_and_logged_once()
    {
        var realm = Realm("a", "stores.example:443");
        realm.Group = true;
        Run(realm);
        (await Until(set => set.Sources is [{ LastError: not null }])).Sources[0].LastError.Should().BeApproved();

        Dns.SetHost("stores.example", "10.0.0.1");
        await Until(set => set.Sources is [{ LastError: null, Count: 1 }]);
        Dns.SetHost("stores.example");
        (await Until(set => set.Sources is [{ LastError: not null }])).Endpoints[0].Members.Should().BeEmpty();
        await AfterLookups(2);

        Logged(403, 404, 411).Should().BeApproved();
    }

    [Test]
    public async Task An_SRV_target_without_addresses_is_left_out_and_logged_once()
    {
        Dns.SetService("_grpc._tcp.stores", ("one.example", 1001), ("two.example", 1002));
        Dns.SetHost("one.example.", "10.0.0.1");
        Dns.SetHost("two.example.", "10.0.0.2");
        Run(Realm("a", "dnssrv+_grpc._tcp.stores"));
        await Until(set => set.Endpoints.Count == 2);

        Dns.SetHost("two.example.");
        var set = await Until(set => set.Endpoints.Count == 1);
        set.Endpoints[0].Address.Should().Be("10.0.0.1:1001");
        set.Sources[0].Count.Should().Be(1);
        set.Sources[0].LastError.Should().BeApproved();
        await AfterLookups(4);

        Dns.SetHost("two.example.", "10.0.0.2");
        await Until(set => set.Sources[0] is { Count: 2, LastError: null });
        Logged(403, 404, 411, 412).Should().BeApproved();
    }

    [TestCase("one example", 1001)]
    [TestCase("two.example", 0)]
    public async Task An_invalid_SRV_record_is_left_out(string host, int port)
    {
        Dns.SetService("_grpc._tcp.stores", (host, port), ("one.example", 1001));
        Run(Realm("a", "dnssrvnoa+_grpc._tcp.stores"));

        var set = await Until(set => set.Endpoints.Count > 0);

        set.Endpoints.Should().ContainSingle().Which.Address.Should().Be("one.example:1001");
        set.Sources[0].LastError.Should().BeApproved();
    }

    [Test]
    public async Task A_strict_group_whose_name_has_no_addresses_is_not_ready_even_without_probes()
    {
        var lookup = new TaskCompletionSource<IReadOnlyList<IPAddress>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Dns.SetHost("stores.example", _ => lookup.Task);
        var realm = Realm("a", "stores.example:443");
        (realm.Group, realm.Strict, realm.Probe) = (true, true, false);
        Run(realm);

        (await UntilAll(EndpointHealth.NotProbed)).NotReadyReason.Should().BeApproved();
        lookup.SetResult([]);
        (await Until(set => set.Sources[0].LastError is not null)).NotReadyReason.Should().BeApproved();

        Dns.SetHost("stores.example", "10.0.0.1");
        (await Until(set => set.Sources[0].Count == 1)).IsReady.Should().BeTrue();
        Dns.SetHost("stores.example");
        (await Until(set => set.Sources[0].Count == 0)).IsReady.Should().BeTrue("a ready set stays ready");
    }

    [Test]
    public async Task A_set_that_is_empty_because_of_a_misspelled_name_is_not_ready()
    {
        Run(Realm("a", "dns+stroes.example:443"));

        (await Until(set => set.Sources[0].LastError is not null)).NotReadyReason.Should().BeApproved();

        Source.Set(Realm("a", "dns+stroes.example:443", "10.0.0.1:443"));
        (await UntilAll(EndpointHealth.Healthy)).IsReady.Should().BeTrue("the realm is not strict");
    }

    private void Run(params RealmOptions[] realms) =>
        Start(services => services.AddSingleton<IEndpointProbe>(new ScriptedProbe(_ => Task.FromResult<object?>(null))), realms);

    /// <summary>Waits for further queries. The results of all but the last are in the set.</summary>
    private async Task AfterLookups(int count)
    {
        var before = Dns.Queries.Count;
        while (Dns.Queries.Count < before + count + 1)
            await Dns.Lookups.WaitAsync().WithTimeout();
    }

    private IEnumerable<string> Logged(params int[] ids) =>
        Services.Logs.Entries.Where(entry => ids.Contains(entry.EventId)).Select(entry => $"{entry.EventId} {entry.Message}");
}
