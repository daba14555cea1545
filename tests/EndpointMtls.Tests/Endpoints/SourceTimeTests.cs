using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>When a source was last refreshed successfully. Uses a fake clock.</summary>
public sealed class SourceTimeTests : EndpointSetFixture
{
    private const int Rounds = 20;

    private TestTimeProvider _time = null!;

    [SetUp]
    public void Begin() => _time = new TestTimeProvider(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_lookup_with_the_same_addresses_is_a_success_and_does_not_signal(bool isGroup)
    {
        Dns.SetHost("stores.example", "10.0.0.1");
        Run(Unprobed(isGroup ? "stores.example:443" : "dns+stores.example:443").With(realm => realm.Group = isGroup));
        await Until(set => set.Sources is [{ Count: 1 }]);

        await CountSignalsAsync(() =>
        {
            // Between two lookups, the pause is of 1 s and then of another 0.1 s at most, which is the jitter.
            var before = Set.Current.Sources[0].LastSuccess;
            SpinWait.SpinUntil(() =>
            {
                _time.Advance(TimeSpan.FromSeconds(1.1));
                return Set.Current.Sources[0].LastSuccess > before;
            }, TimeSpan.FromSeconds(30)).Should().BeTrue();
        });
    }

    [Test]
    public async Task A_check_of_an_unchanged_file_is_a_success_and_does_not_signal()
    {
        var path = Folder.Write("targets.json", """[{"targets":["10.0.0.1:443"]}]""");
        File.SetLastWriteTimeUtc(path, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Run(Unprobed().With(realm => realm.EndpointsSdFiles.Add(new FileSdOptions { Files = { path } })));

        await CountSignalsAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            Set.Current.Sources[0].LastSuccess.Should().Be(_time.GetUtcNow());
        });

        Folder.Write("targets.json", "");
        var last = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        (await Until(set => set.Sources[0].LastError is not null)).Sources[0].LastSuccess.Should().Be(last);
    }

    private async Task CountSignalsAsync(Action refresh)
    {
        await UntilAll(EndpointHealth.NotProbed);
        var signals = 0;
        using var subscription = ChangeToken.OnChange(Set.GetChangeToken, () => Interlocked.Increment(ref signals));
        for (var round = 0; round < Rounds; round++)
            refresh();
        signals.Should().BeLessThan(Rounds / 2, "only signals of the start may be late");
    }

    private void Run(RealmOptions realm)
    {
        Options.DnsInterval = TimeSpan.FromSeconds(1);
        Start(services => services.AddSingleton<TimeProvider>(_time), realm);
    }

    private static RealmOptions Unprobed(params string[] endpoints) => Realm("a", endpoints).With(realm => realm.Probe = false);
}
