using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>What stops when a set, an endpoint or a source is removed. Uses a fake clock: every activity has a timer.</summary>
public sealed class SetLifetimeTests : EndpointSetFixture
{
    private TestTimeProvider _time = null!;
    private ScriptedProbe _probe = null!;

    [SetUp]
    public void Begin()
    {
        _time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _probe = new ScriptedProbe(_ => Task.FromResult<object?>(null));
    }

    [Test]
    public async Task Disposal_stops_all_activity_and_closes_all_channels()
    {
        Dns.SetHost("stores.example", "10.0.0.1");
        Dns.SetHost("members.example", "10.0.0.2");
        Run(
            Realm("listed", "10.0.0.3:1"),
            Realm("named", "dns+stores.example:1"),
            Realm("grouped", "dns+members.example:1").With(realm => realm.Group = true),
            FromFile("""[{"targets":["10.0.0.4:1"]}]"""));
        await Until(set => set.Endpoints.Count == 4 && set.Endpoints.All(endpoint => endpoint.Health == EndpointHealth.Healthy));
        UntilTimers(7, "four endpoints are probed, two names are looked up, and a file is watched");

        var channels = Set.Current.Endpoints.Select(endpoint => endpoint.Channel).ToList();

        await Services.DisposeAsync();

        UntilTimers(0, "no timer may be left");
        channels.ForEach(channel => channel.Invoking(x => x.CreateCallInvoker()).Should().Throw<ObjectDisposedException>());
    }

    [Test]
    public async Task Disposal_closes_lingering_channels()
    {
        Run(FromFile("""[{"targets":["10.0.0.4:1"]}]"""), Realm("listed", "10.0.0.3:1"));
        await UntilAll(EndpointHealth.Healthy);
        var channel = Set.Current.Endpoints[0].Channel;
        Source.Set(FromFile("[]"), Realm("listed", "10.0.0.3:1"));
        await Until(set => set.Endpoints.Count == 1);

        await Services.DisposeAsync();

        UntilTimers(0, "no timer may be left");
        channel.Invoking(x => x.CreateCallInvoker()).Should().Throw<ObjectDisposedException>();
    }

    [Test]
    public async Task Stops_probing_a_removed_endpoint_and_keeps_its_shared_channel()
    {
        Run(Realm("a", "10.0.0.1:1", "10.0.0.2:1").With(realm => realm.Match.Add("10.0.0.0/24")));
        await UntilAll(EndpointHealth.Healthy);
        UntilTimers(2, "two are probed");
        var channel = Services.Factory.GetChannel("10.0.0.1:1");

        Source.Set(Realm("a", "10.0.0.2:1").With(realm => realm.Match.Add("10.0.0.0/24")));
        await Until(set => set.Endpoints.Count == 1);

        UntilTimers(1, "the other is probed, and a shared channel does not linger");
        Services.Factory.GetChannel("10.0.0.1:1").Should().BeSameAs(channel);
    }

    [Test]
    public async Task Stops_watching_a_removed_file()
    {
        Run(Realm("a", "10.0.0.1:1"), FromFile("[]"));
        await UntilAll(EndpointHealth.Healthy);
        UntilTimers(2, "one is probed, and a file is watched");

        Source.Set(Realm("a", "10.0.0.1:1"));

        UntilTimers(1, "no file is watched");
    }

    [Test]
    public async Task The_set_is_not_ready_before_every_name_has_been_looked_up()
    {
        var answer = new TaskCompletionSource<IReadOnlyList<System.Net.IPAddress>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Dns.SetHost("stores.example", _ => answer.Task);
        Run(Realm("a", "dns+stores.example:1", "10.0.0.1:1"));
        await UntilAll(EndpointHealth.Healthy);
        Set.Current.NotReadyReason.Should().BeApproved();

        answer.SetResult([]);

        (await Until(set => set.IsReady)).Endpoints.Should().HaveCount(1);
    }

    [Test]
    public async Task Verifies_an_address_against_the_name_that_discovered_it()
    {
        Dns.SetHost("one.example", "10.0.0.1");
        Dns.SetHost("two.example", "10.0.0.1");
        var tls = Folder.WriteRealm("a", TestCa.CreateRoot("root"), TestCa.CreateRoot("root").IssueClient("querier"));
        Run(Realm("a", "dns+one.example:443").With(realm => realm.TlsConfig = tls));
        (await UntilAll(EndpointHealth.Healthy)).Endpoints[0].Describe().ServerName.Should().Be("one.example");

        Source.Set(Realm("a", "dns+two.example:443").With(realm => realm.TlsConfig = tls));

        (await Until(set => set.Endpoints is [{ Source: "dns+two.example:443" }])).Endpoints[0].Describe().ServerName.Should().Be("two.example");
    }

    [Test]
    public async Task An_endpoint_that_moves_from_the_configuration_to_a_file_gets_its_own_channel()
    {
        Run(Realm("a", "10.0.0.1:1").With(realm => realm.Match.Add("10.0.0.0/24")));
        await UntilAll(EndpointHealth.Healthy);
        var shared = Services.Factory.GetChannel("10.0.0.1:1");

        var realm = FromFile("""[{"targets":["10.0.0.1:1"]}]""");
        realm.Name = "a";
        realm.Match.Add("10.0.0.0/24");
        Source.Set(realm);

        (await Until(set => set.Endpoints is [{ Source: not "endpoints" }])).Endpoints[0].Channel.Should().NotBeSameAs(shared);
        Services.Factory.GetChannel("10.0.0.1:1").Should().BeSameAs(shared);
    }

    private void UntilTimers(int count, string because) =>
        SpinWait.SpinUntil(() => _time.RunningTimers == count, TimeSpan.FromSeconds(30)).Should().BeTrue($"{because}, and {_time.RunningTimers} timers are running");

    private RealmOptions FromFile(string content)
    {
        var realm = Realm("file");
        realm.EndpointsSdFiles.Add(new FileSdOptions { Files = { Folder.Write($"{content.Length}.json", content) } });
        return realm;
    }

    private void Run(params RealmOptions[] realms) =>
        Start(services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_time)).AddSingleton<IEndpointProbe>(_probe), realms);
}
