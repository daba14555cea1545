using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Addresses that are discovered more than once.</summary>
public sealed class SharedAddressTests : EndpointSetFixture
{
    [Test]
    public async Task An_address_from_three_sources_is_one_endpoint_of_the_first_source()
    {
        Dns.SetHost("stores.example", "10.0.0.1", "10.0.0.2", "10.0.0.3");
        var realm = Realm("a", "10.0.0.1:443", "dns+stores.example:443");
        AddFile(realm, "targets.json", """[{"targets":["10.0.0.1:443","10.0.0.2:443","10.0.0.4:443"],"labels":{"zone":"z"}}]""");
        Run(realm);

        var set = await Until(set => set.Endpoints.Count == 4);

        set.Endpoints.Select(endpoint => (endpoint.Address, Path.GetFileName(endpoint.Source), endpoint.Labels.Count)).Should().BeEquivalentTo(
            [("10.0.0.1:443", "endpoints", 0), ("10.0.0.2:443", "dns+stores.example:443", 0), ("10.0.0.3:443", "dns+stores.example:443", 0), ("10.0.0.4:443", "targets.json", 1)]);
        set.Endpoints[0].Channel.Should().BeSameAs(Services.Factory.GetChannel("10.0.0.1:443"));
        Conflicts.Should().BeEmpty();
    }

    [Test]
    public async Task The_first_of_two_realms_owns_an_address_for_as_long_as_it_discovers_it()
    {
        Dns.SetHost("a.example", "10.0.0.1");
        Dns.SetHost("b.example", "10.0.0.1", "10.0.0.2");
        Run(Realm("a", "dns+a.example:443"), Realm("b", "dns+b.example:443"));
        var both = await Until(set => set.Sources.All(source => source.LastSuccess is not null));
        Owners(both).Should().Equal("a 10.0.0.1:443", "b 10.0.0.2:443");
        var before = both.Endpoints[0].Channel;
        Conflicts.Should().ContainSingle().Which.Should().BeApproved();

        Dns.SetHost("b.example", "10.0.0.1", "10.0.0.2", "10.0.0.3");
        await Until(set => set.Endpoints.Count == 3);
        Conflicts.Should().HaveCount(1, "the same conflict is logged once");

        Dns.SetHost("a.example");
        var later = await Until(set => set.Endpoints.All(endpoint => endpoint.Realm == "b"));
        Owners(later).Should().Equal("b 10.0.0.1:443", "b 10.0.0.2:443", "b 10.0.0.3:443");
        later.Endpoints[0].Channel.Should().NotBeSameAs(before, "another realm has other certificates");

        Dns.SetHost("a.example", "10.0.0.1");
        (await Until(set => set.Endpoints[0].Realm == "a")).Endpoints[0].Channel.Should().BeSameAs(before);
        Conflicts.Should().HaveCount(2, "the conflict had ended in between");
    }

    [Test]
    public async Task A_listed_address_belongs_to_its_realm_even_if_an_earlier_realm_discovers_it()
    {
        Dns.SetHost("a.example", "10.0.0.1", "10.0.0.2");
        Run(Realm("a", "dns+a.example:443"), Realm("b", "10.0.0.1:443"));

        var set = await Until(set => set.Endpoints.Count == 2);

        Owners(set).Should().Equal("a 10.0.0.2:443", "b 10.0.0.1:443");
        Conflicts.Should().ContainSingle().Which.Should().BeApproved();
    }

    [Test]
    public async Task A_changed_order_of_the_realms_changes_the_owner()
    {
        Dns.SetHost("a.example", "10.0.0.1");
        Dns.SetHost("b.example", "10.0.0.1");
        Run(Realm("a", "dns+a.example:443"), Realm("b", "dns+b.example:443"));
        await Until(set => set.Sources.All(source => source.LastSuccess is not null) && set.Endpoints is [{ Realm: "a" }]);

        Source.Set(Realm("b", "dns+b.example:443"), Realm("a", "dns+a.example:443"));

        await Until(set => set.Endpoints is [{ Realm: "b" }]);
    }

    [Test]
    public void Logs_a_conflict_of_two_realms_once()
    {
        var realm = Realm("b");
        AddFile(realm, "one.json", """[{"targets":["10.0.0.1:443"]}]""");
        AddFile(realm, "two.json", """[{"targets":["10.0.0.1:443"]}]""");
        Run(Realm("a", "10.0.0.1:443"), realm);

        Conflicts.Should().ContainSingle();
    }

    [Test]
    public async Task A_name_that_is_listed_and_in_a_file_is_one_source()
    {
        Dns.SetHost("a.example", "10.0.0.1");
        var realm = Realm("a", "dns+a.example:443");
        AddFile(realm, "targets.json", """[{"targets":["dns+a.example:443"]}]""");
        Run(realm);

        var set = await Until(set => set.Endpoints.Count == 1);

        set.Sources.Select(source => Path.GetFileName(source.Name)).Should().BeEquivalentTo("dns+a.example:443", "targets.json");
    }

    private IEnumerable<string> Conflicts => Services.Logs.Entries.Where(entry => entry.EventId == 406).Select(entry => entry.Message);

    private static IEnumerable<string> Owners(EndpointSetSnapshot set) => set.Endpoints.Select(endpoint => $"{endpoint.Realm} {endpoint.Address}");

    private void AddFile(RealmOptions realm, string name, string content) =>
        realm.EndpointsSdFiles.Add(new FileSdOptions { Files = { Folder.Write(name, content) } });

    private void Run(params RealmOptions[] realms)
    {
        Options.ProbeInterval = TimeSpan.FromHours(1);
        Start(services => services.AddSingleton<IEndpointProbe>(new ScriptedProbe(_ => Task.FromResult<object?>(null))), realms);
    }
}
