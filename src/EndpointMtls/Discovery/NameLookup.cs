using EndpointMtls.Addressing;
using EndpointMtls.Async;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;

namespace EndpointMtls.Discovery;

/// <summary>Looks one name up, again and again, and knows what was found last.</summary>
/// <param name="target">The name.</param>
/// <param name="realm">The realm that lists it.</param>
/// <param name="context">How it is looked up.</param>
/// <param name="onChanged">Called when <see cref="State"/> tells something new, on any thread.</param>
internal sealed class NameLookup(DiscoveryTarget target, string realm, LookupContext context, Action onChanged) : IDisposable
{
    // Whoever finds that addresses do not answer may ask often.
    private static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ending = new();
    private readonly SemaphoreSlim _hurry = new(0, 1);
    private volatile LookupState _state = LookupState.None;

    public DiscoveryTarget Target => target;

    public LookupState State => _state;

    public NameLookup Start()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(RunAsync);
        }

        return this;
    }

    /// <summary>Looks again before the time has come.</summary>
    public void Refresh()
    {
        lock (_hurry)
        {
            if (_hurry.CurrentCount == 0)
            {
                _hurry.Release();
            }
        }
    }

    // What a resolver has registered for that runs elsewhere: it may throw, or take its time.
    public void Dispose() => _ = _ending.CancelAsync();

    private async Task RunAsync()
    {
        try
        {
            var wait = LeastInterval;
            while (true)
            {
                await LookAsync().ConfigureAwait(false);
                await Task.Delay(LeastInterval, context.TimeProvider, _ending.Token).ConfigureAwait(false);

                // The DNS may be on its way up, as we are: until it has answered once, it is asked more often.
                wait = _state.LastSuccess is null && wait * 2 < context.Interval ? wait * 2 : context.Interval;

                // So that names that began together do not stay together.
                await WaitAsync((wait * (0.9 + (0.2 * Random.Shared.NextDouble()))) - LeastInterval).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // It was disposed.
        }
    }

    private async Task WaitAsync(TimeSpan time)
    {
        using var over = new CancellationTokenSource(time > TimeSpan.Zero ? time : TimeSpan.Zero, context.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, _ending.Token);
        await _hurry.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Token.ThrowIfCancellationRequested();
    }

    private async Task LookAsync()
    {
        await context.Gate.WaitAsync(_ending.Token).ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(context.Timeout, context.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _ending.Token);
        try
        {
            // A resolver need not heed the token.
            var found = await new NameQuery(context.Resolver, either.Token).FindAsync(target).WaitOrAbandonAsync(either.Token).ConfigureAwait(false);
            Succeeded(new LookupState(found, context.TimeProvider.GetUtcNow(), Error: null));
        }
        catch (Exception exception)
        {
            _ending.Token.ThrowIfCancellationRequested();
            Failed($"'{target.Text}' cannot be looked up: {(timeout.IsCancellationRequested ? $"no answer within {Duration.Format(context.Timeout)}. Check the DNS servers, and the network in between" : exception.Message.TrimEnd('.'))}.");
        }
        finally
        {
            context.Gate.Release();
        }
    }

    private void Succeeded(LookupState now)
    {
        var before = _state;
        _state = now;
        var hasChanged = !before.Addresses.SequenceEqual(now.Addresses);
        if (before.Error is not null)
        {
            BestEffort.Run(() => context.Logger.NameRecovered(target.Text, realm, now.Addresses.Length));
        }

        if (hasChanged)
        {
            BestEffort.Run(() =>
            {
                context.Logger.NameChanged(target.Text, realm, before.Addresses.Length, now.Addresses.Length);
                context.Meter.Discovered(realm, "dns", "changed");
            });
        }

        if (hasChanged || !before.HasLooked || before.Error is not null)
        {
            BestEffort.Run(onChanged);
        }
    }

    private void Failed(string error)
    {
        var before = _state;
        _state = before with { Error = error };
        if (before.Error != error)
        {
            BestEffort.Run(() =>
            {
                context.Logger.NameFailed(realm, before.Addresses.Length, error);
                context.Meter.Discovered(realm, "dns", "failed");
            });
            BestEffort.Run(onChanged);
        }
    }
}
