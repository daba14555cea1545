using EndpointMtls.Addressing;
using EndpointMtls.Async;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;

namespace EndpointMtls.Discovery;

/// <summary>Looks one name up at an interval, and keeps the last result. Thread-safe.</summary>
/// <param name="target">The name.</param>
/// <param name="realm">The realm that lists it.</param>
/// <param name="context">The resolver, the interval and the timeout.</param>
/// <param name="onLookedUp">Called after each lookup, on any thread. The argument tells whether <see cref="Result"/> has changed.</param>
internal sealed class NameLookup(DiscoveryTarget target, string realm, LookupContext context, Action<bool> onLookedUp) : IDisposable
{
    // The least time between two lookups, however often Refresh is called.
    private static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);

    private const string Source = "dns";

    private readonly CancellationTokenSource _disposal = new();
    private readonly SemaphoreSlim _refresh = new(0, 1);
    private volatile LookupResult _result = LookupResult.None;

    public DiscoveryTarget Target => target;

    public LookupResult Result => _result;

    /// <summary>When a lookup last found addresses.</summary>
    public RefreshTime LastSuccess { get; } = new(context.TimeProvider);

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
                wait = LastSuccess.Value is null && wait * 2 < context.Interval ? wait * 2 : context.Interval;

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
            OnAnswer(await query.ResolveAsync(target).WaitOrAbandonAsync(linked.Token).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            _disposal.Token.ThrowIfCancellationRequested();
            var problem = timeout.IsCancellationRequested
                ? $"no response within {Duration.Format(context.Timeout)}. Check the name servers, and the network in between"
                : Snippet.Escape(exception.Message.TrimEnd('.'));
            OnFailure($"'{target.Text}' cannot be looked up: {problem}.");
        }
        finally
        {
            context.Gate.Release();
        }
    }

    private void OnAnswer(LookupResult now)
    {
        if (now.Addresses.Length > 0)
        {
            LastSuccess.Set();
        }

        var before = _result;
        var hasOtherAddresses = !before.Addresses.SequenceEqual(now.Addresses);
        var hasChanged = hasOtherAddresses || before.Error != now.Error;
        if (hasChanged)
        {
            _result = now;
            BestEffort.Run(() => ReportError(before, now));
        }

        if (hasOtherAddresses)
        {
            BestEffort.Run(() =>
            {
                context.Meter.DiscoveryUpdated(realm, Source, "changed");
                context.Logger.AddressesChanged(target.Text, realm, before.Addresses.Length, now.Addresses.Length);
            });
        }

        BestEffort.Run(() => onLookedUp(hasChanged));
    }

    private void OnFailure(string error)
    {
        var before = _result;
        var hasChanged = before.Error != error;
        if (hasChanged)
        {
            _result = before with { Error = error };
            BestEffort.Run(() =>
            {
                context.Meter.DiscoveryUpdated(realm, Source, "failed");
                context.Logger.NameLookupFailed(realm, before.Addresses.Length, error);
            });
        }

        BestEffort.Run(() => onLookedUp(hasChanged));
    }

    private void ReportError(LookupResult before, LookupResult now)
    {
        var (removed, count) = (before.Addresses.Length, now.Addresses.Length);
        if (now.Error is null)
        {
            if (before.Error is not null)
            {
                context.Logger.NameLookupRecovered(target.Text, realm, count);
            }
        }
        else if (now.Error != before.Error)
        {
            context.Meter.DiscoveryUpdated(realm, Source, "failed");
            if (count == 0)
            {
                context.Logger.NameWithoutAddresses(realm, removed, now.Error);
            }
            else
            {
                context.Logger.TargetsLeftOut(target.Text, realm, count, now.Error);
            }
        }
    }
}
