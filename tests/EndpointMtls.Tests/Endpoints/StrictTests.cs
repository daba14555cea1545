using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>How long unhealthy endpoints stay in the set. Uses a fake clock.</summary>
public sealed class StrictTests : EndpointSetFixture
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5.5);

    private TestTimeProvider _time = null!;
    private ScriptedProbe _probe = null!;

    [SetUp]
    public void Begin()
    {
        _time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        _probe = new ScriptedProbe(_ => Task.FromResult<object?>(null));
        (Options.ProbeInterval, Options.ProbeTimeout) = (TimeSpan.FromSeconds(5), TimeSpan.FromHours(1));
    }

    [Test]
    public async Task An_endpoint_leaves_five_minutes_after_its_last_success_and_returns_when_it_is_healthy()
    {
        StartAt(isStrict: false);
        await UntilAll(EndpointHealth.Healthy);
        _probe.Answer = Fail;
        await PassAsync(TimeSpan.FromMinutes(4.9));
        Set.Current.Endpoints.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Health = EndpointHealth.Unhealthy, IsUsed = false });

        await PassAsync(TimeSpan.FromMinutes(0.2));
        await Until(set => set.Endpoints.Count == 0);
        Logged(409).Should().ContainSingle().Which.Should().BeApproved();

        await PassAsync(TimeSpan.FromMinutes(10));
        Logged(409).Should().HaveCount(1);
        _probe.Answer = _ => Task.FromResult<object?>(null);
        await PassAsync(TimeSpan.FromSeconds(6));
        await UntilAll(EndpointHealth.Healthy);
    }

    [Test]
    public async Task A_strict_endpoint_never_leaves_and_is_always_used()
    {
        StartAt(isStrict: true);
        await UntilAll(EndpointHealth.Healthy);
        _probe.Answer = Fail;

        await PassAsync(TimeSpan.FromHours(1));

        Set.Current.Endpoints.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Health = EndpointHealth.Unhealthy, IsUsed = true, IsStrict = true });
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task An_endpoint_that_was_never_healthy_stays_while_it_is_listed(bool isStrict)
    {
        _probe.Answer = Fail;
        StartAt(isStrict);
        await UntilAll(EndpointHealth.Unhealthy);

        await PassAsync(TimeSpan.FromHours(1));

        Set.Current.Endpoints.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Health = EndpointHealth.Unhealthy, LastSuccess = (DateTimeOffset?)null, IsUsed = isStrict });
    }

    [Test]
    public async Task A_dropped_endpoint_has_no_history_when_it_is_listed_again()
    {
        StartAt(isStrict: false);
        await UntilAll(EndpointHealth.Healthy);
        _probe.Answer = Fail;
        await PassAsync(TimeSpan.FromMinutes(6));
        await Until(set => set.Endpoints.Count == 0);

        Source.Set(Realm("a", "127.0.0.1:2"));
        await Until(set => set.Endpoints is [{ Address: "127.0.0.1:2" }]);
        Source.Set(Realm("a", "127.0.0.1:1"));

        (await Until(set => set.Endpoints is [{ Address: "127.0.0.1:1", Health: EndpointHealth.Unhealthy }])).Endpoints[0].LastSuccess.Should().BeNull();
    }

    [Test]
    public async Task A_dropped_endpoint_is_in_the_set_only_while_it_is_strict()
    {
        StartAt(isStrict: false);
        await UntilAll(EndpointHealth.Healthy);
        _probe.Answer = Fail;
        await PassAsync(TimeSpan.FromMinutes(6));
        await Until(set => set.Endpoints.Count == 0);

        Source.Set(Strict("a"));
        await Until(set => set.Endpoints is [{ IsUsed: true, Health: EndpointHealth.Unhealthy }]);

        Source.Set(Realm("a", "127.0.0.1:1"));
        await Until(set => set.Endpoints.Count == 0);
    }

    private void StartAt(bool isStrict) => Start(
        services => services.AddSingleton<TimeProvider>(_time).AddSingleton<IEndpointProbe>(_probe),
        isStrict ? Strict("a") : Realm("a", "127.0.0.1:1"));

    private static RealmOptions Strict(string name)
    {
        var realm = Realm(name, "127.0.0.1:1");
        realm.Strict = true;
        return realm;
    }

    private static Task<object?> Fail(GrpcEndpoint endpoint) => throw new IOException("no");

    private IEnumerable<string> Logged(int eventId) => Services.Logs.Entries.Where(entry => entry.EventId == eventId).Select(entry => entry.Message);

    /// <summary>Advances the clock, and waits for every probe that is due.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        for (var end = _time.GetUtcNow() + time; _time.GetUtcNow() < end;)
        {
            SpinWait.SpinUntil(() => _time.RemainingTimes.Count(remaining => remaining <= LongestWait) == 1, TimeSpan.FromSeconds(30)).Should().BeTrue();
            var next = _probe.WhenCalled(_probe.Count + 1);
            _time.Advance(LongestWait);
            await next.WithTimeout();
        }
    }
}
