using EndpointMtls.Addressing;
using EndpointMtls.Async;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;

namespace EndpointMtls.Discovery;

/// <summary>Looks one name up at an interval, and keeps the last result. Thread-safe.</summary>
/// <param name="target">The name.</param>
/// <param name="realm">The realm that lists it.</param>
/// <param name="context">The resolver, the interval and the timeout.</param>
/// <param name="onChanged">Called after <see cref="Result"/> has changed, on any thread.</param>
internal sealed class NameLookup(DiscoveryTarget target, string realm, LookupContext context, Action onChanged) : IDisposable
{
    // The least time between two lookups, however often Refresh is called.
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _disposal = new();
    private readonly SemaphoreSlim _refresh = new(0, 1);
    private volatile LookupResult _result = LookupResult.None;

    public DiscoveryTarget Target => target;

    public LookupResult Result => _result;

    public NameLookup Start()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(RunAsync);
        }

        return this;
    }

    /// <summary>Requests a lookup before the interval has passed, but not within a second of the last one.</summary>
    public void Refresh()
    {
        lock (_refresh)
        {
            if (_refresh.CurrentCount == 0)
            {
                _refresh.Release();
            }
        }
    }

    // Asynchronous, because the cancellation callbacks of a resolver may throw or block.
    public void Dispose() => _ = _disposal.CancelAsync();

    private async Task RunAsync()
    {
        try
        {
            var wait = MinInterval;
            while (true)
            {
                await LookUpAsync().ConfigureAwait(false);
                await Task.Delay(MinInterval, context.TimeProvider, _disposal.Token).ConfigureAwait(false);

                // Until the first success, lookups are more frequent: the name servers may be starting, as this process is.
                wait = _result.LastSuccess is null && wait * 2 < context.Interval ? wait * 2 : context.Interval;

                // The jitter spreads lookups that started together.
                await WaitAsync((wait * (0.9 + (0.2 * Random.Shared.NextDouble()))) - MinInterval).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The lookup was disposed.
        }
    }

    private async Task WaitAsync(TimeSpan time)
    {
        using var elapsed = new CancellationTokenSource(time > TimeSpan.Zero ? time : TimeSpan.Zero, context.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(elapsed.Token, _disposal.Token);
        await _refresh.WaitAsync(linked.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _disposal.Token.ThrowIfCancellationRequested();
    }

    private async Task LookUpAsync()
    {
        await context.Gate.WaitAsync(_disposal.Token).ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(context.Timeout, context.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _disposal.Token);
        try
        {
            // A resolver may ignore the token.
            var query = new NameQuery(context.Resolver, linked.Token);
            var addresses = await query.ResolveAsync(target).WaitOrAbandonAsync(linked.Token).ConfigureAwait(false);
            OnSuccess(new LookupResult(addresses, context.TimeProvider.GetUtcNow(), Error: null));
        }
        catch (Exception exception)
        {
            _disposal.Token.ThrowIfCancellationRequested();
            var problem = timeout.IsCancellationRequested
                ? $"no response within {Duration.Format(context.Timeout)}. Check the name servers, and the network in between"
                : exception.Message.TrimEnd('.');
            OnFailure($"'{target.Text}' cannot be looked up: {problem}.");
        }
        finally
        {
            context.Gate.Release();
        }
    }

    private void OnSuccess(LookupResult now)
    {
        var before = _result;
        _result = now;
        var hasChanged = !before.Addresses.SequenceEqual(now.Addresses);
        if (before.Error is not null)
        {
            BestEffort.Run(() => context.Logger.NameLookupRecovered(target.Text, realm, now.Addresses.Length));
        }

        if (hasChanged)
        {
            BestEffort.Run(() =>
            {
                context.Logger.AddressesChanged(target.Text, realm, before.Addresses.Length, now.Addresses.Length);
                context.Meter.DiscoveryUpdated(realm, "dns", "changed");
            });
        }

        if (hasChanged || !before.HasCompleted || before.Error is not null)
        {
            BestEffort.Run(onChanged);
        }
    }

    private void OnFailure(string error)
    {
        var before = _result;
        _result = before with { Error = error };
        if (before.Error != error)
        {
            BestEffort.Run(() =>
            {
                context.Logger.NameLookupFailed(realm, before.Addresses.Length, error);
                context.Meter.DiscoveryUpdated(realm, "dns", "failed");
            });
            BestEffort.Run(onChanged);
        }
    }
}
