using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>The change token of the set, and consistent reads during changes.</summary>
public sealed class ChangeTests : EndpointSetFixture
{
    private readonly ScriptedProbe _probe = new(_ => Task.FromResult<object?>(null));

    [Test]
    public async Task Signals_added_and_removed_endpoints_health_and_errors()
    {
        _probe.Answer = _ => Task.FromResult<object?>(null);
        Dns.SetHost("stores.example");
        Run(Realm("a", "dns+stores.example:443"));
        await Until(set => set.Sources is [{ LastError: not null }]);

        await AssertSignalsAsync(() => Dns.SetHost("stores.example", "10.0.0.1"), set => set.Endpoints.Count == 1);
        await Until(set => set.Endpoints[0].Health == EndpointHealth.Healthy);
        await AssertSignalsAsync(() => _probe.Answer = _ => throw new IOException("one"), set => set.Endpoints[0].Health == EndpointHealth.Unhealthy);
        await AssertSignalsAsync(() => _probe.Answer = _ => throw new IOException("two"), set => set.Endpoints[0].LastError!.Contains("two"));
        await AssertSignalsAsync(() => Dns.SetHost("stores.example"), set => set.Endpoints.Count == 0);
    }

    [Test]
    public async Task A_callback_that_throws_or_blocks_does_not_stop_the_set()
    {
        using var release = new ManualResetEventSlim();
        using var blocked = new SemaphoreSlim(0);
        Dns.SetHost("stores.example");
        Run(Realm("a", "dns+stores.example:443"));
        await Until(set => set.Sources is [{ LastError: not null }]);
        var blocking = ChangeToken.OnChange(Set.GetChangeToken, () =>
        {
            blocked.Release();
            release.Wait();
        });
        var throwing = ChangeToken.OnChange(Set.GetChangeToken, () => throw new InvalidOperationException("callback"));
        try
        {
            Dns.SetHost("stores.example", "10.0.0.1");
            await blocked.WaitAsync().WithTimeout();

            Dns.SetHost("stores.example", "10.0.0.1", "10.0.0.2");
            await UntilAll(EndpointHealth.Healthy);
            (await Until(set => set.Endpoints.Count == 2)).Sources[0].Count.Should().Be(2);
        }
        finally
        {
            // Disposing a subscription waits for its running callback.
            release.Set();
            blocking.Dispose();
            throwing.Dispose();
        }
    }

    [Test]
    public async Task A_callback_can_read_the_changed_set()
    {
        var seen = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        Dns.SetHost("stores.example");
        Run(Realm("a", "dns+stores.example:443"));
        await Until(set => set.Sources is [{ LastError: not null }]);
        using var subscription = ChangeToken.OnChange(Set.GetChangeToken, () =>
        {
            if (Set.Current.Endpoints is { Count: > 0 } endpoints)
                seen.TrySetResult(endpoints.Count);
        });

        Dns.SetHost("stores.example", "10.0.0.1");

        (await seen.Task.WithTimeout()).Should().Be(1);
    }

    [Test]
    public async Task Readers_never_see_an_address_twice_or_out_of_order()
    {
        Run(Realms(0));
        using var end = new CancellationTokenSource();
        var reads = 0;
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(() =>
        {
            while (!end.IsCancellationRequested)
            {
                var set = Set.Current;
                var addresses = set.Endpoints.Select(endpoint => endpoint.Address).ToList();
                addresses.Distinct().Count().Should().Be(addresses.Count);
                set.Endpoints.Select(endpoint => endpoint.Realm).SequenceEqual(set.Endpoints.Select(endpoint => endpoint.Realm).Order(StringComparer.Ordinal)).Should().BeTrue();
                Interlocked.Increment(ref reads);
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();

        for (var round = 1; round <= 10; round++)
        {
            Source.Set(Realms(round));
            await Until(set => set.Endpoints.Any(endpoint => endpoint.Address == $"10.0.{round}.99:1"));
        }

        await end.CancelAsync();
        await Task.WhenAll(readers).WithTimeout();
        reads.Should().BePositive();

        // In each round, realm 'a' lists the addresses that realm 'b' listed in the last one.
        static RealmOptions[] Realms(int round) =>
        [
            Realm("a", [.. Enumerable.Range(0, 100).Select(index => $"10.0.{round}.{index}:1")]),
            Realm("b", [.. Enumerable.Range(0, 100).Select(index => $"10.0.{round + 1}.{index}:1")]),
        ];
    }

    private async Task AssertSignalsAsync(Action change, Func<EndpointSetSnapshot, bool> isAsExpected)
    {
        var signaled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = ChangeToken.OnChange(Set.GetChangeToken, () =>
        {
            if (isAsExpected(Set.Current))
                signaled.TrySetResult();
        });
        change();
        await signaled.Task.WithTimeout();
    }

    private void Run(params RealmOptions[] realms) => Start(services => services.AddSingleton<IEndpointProbe>(_probe), realms);
}
