using System.Net.ServerSentEvents;
using EndpointMtls;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;
using Querier.Pages;
using Querier.Stores;

namespace Samples.Tests.Querier;

public sealed class PageEventsTests
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(4);

    private TestTimeProvider _time = null!;
    private ChangingSet _set = null!;
    private StoppingHost _host = null!;
    private IAsyncEnumerator<SseItem<string>> _events = null!;

    [SetUp]
    public async Task BeginAsync()
    {
        (_set, _host, _time) = (new(), new(), new(DateTimeOffset.UnixEpoch));
        _events = new PageEvents(_set, new StoreRealms(new ServiceCollection().BuildServiceProvider()), _host, _time).WatchAsync(CancellationToken.None).GetAsyncEnumerator();
        (await NextAsync()).Should().Be("changed", "earlier changes are unknown");
    }

    [TearDown]
    public async Task EndAsync()
    {
        await _events.DisposeAsync();
        _set.Dispose();
        _host.Dispose();
    }

    [Test]
    public async Task Sends_many_changes_within_a_second_as_one_event()
    {
        _set.Change();
        _set.Change();
        var next = NextAsync();
        await _time.WaitForTimerAsync(Pause);
        Assert.That(next.IsCompleted, Is.False);

        _time.Advance(Pause);

        (await next).Should().Be("changed");
        var later = NextAsync();
        _time.Advance(Pause);
        await _time.WaitForTimerAsync(Rest);
        _time.Advance(Rest);
        (await later).Should().Be("heartbeat");
    }

    [Test]
    public async Task Sends_a_single_change_immediately()
    {
        var next = NextAsync();
        await _time.WaitForTimerAsync(Pause);
        _time.Advance(Pause);
        await _time.WaitForTimerAsync(Rest);

        _set.Change();

        (await next).Should().Be("changed");
    }

    [Test]
    public async Task Ends_the_stream_when_the_host_stops()
    {
        var next = NextAsync();
        await _time.WaitForTimerAsync(Pause);

        _host.StopApplication();

        (await next).Should().BeNull();
    }

    private async Task<string?> NextAsync() => await _events.MoveNextAsync().AsTask().WithTimeout() ? _events.Current.EventType : null;

    private sealed class ChangingSet : IEndpointSet, IDisposable
    {
        private CancellationTokenSource _change = new();

        public EndpointSetSnapshot Current { get; } = new() { Endpoints = [], Sources = [] };

        public IChangeToken GetChangeToken() => new CancellationChangeToken(_change.Token);

        public void Change() => Interlocked.Exchange(ref _change, new CancellationTokenSource()).Cancel();

        public void Dispose() => _change.Dispose();
    }

    private sealed class StoppingHost : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
