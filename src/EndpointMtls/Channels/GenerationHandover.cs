using EndpointMtls.Async;

namespace EndpointMtls.Channels;

/// <summary>Moves the calls of one channel to connections with new certificates, after those have worked: make before break.</summary>
/// <remarks>
/// No call waits for a handshake of a rotation. Where the connections with the new certificates fail, calls stay on the earlier
/// generation, which presents its client certificate until that expires, and the new ones are tried again.
/// </remarks>
internal sealed class GenerationHandover(ChannelGenerations generations, ChannelContext context) : IDisposable
{
    /// <summary>The delay before the first repetition. It doubles with each one.</summary>
    public static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay before a repetition.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(1);

    /// <summary>How long a response may take, in addition to the connect timeout.</summary>
    public static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);

    // Handshakes cost more CPU time than calls. More at once would delay calls, and finish no sooner.
    private static readonly SemaphoreSlim Slots = new(4 * Environment.ProcessorCount);

    // One that takes longer waits for the network or for the server.
    private static readonly TimeSpan SlotTime = TimeSpan.FromMilliseconds(100);

    private readonly DeferringLock _changing = new();
    private readonly CancellationTokenSource _disposed = new();
    private CancellationTokenSource? _waiting;
    private bool _isRunning;
    private int _attempted;

    private int InUse => context.Realm.Provider?.InUse.Generation ?? 0;

    /// <summary>Starts, unless it is running. A running one repeats its attempt at once if there are newer certificates.</summary>
    public void Start()
    {
        using (_changing.EnterScope())
        {
            if (!_isRunning)
            {
                _isRunning = true;
                ThreadPool.UnsafeQueueUserWorkItem(_ => _ = RunAsync(), null);
            }
            else if (_attempted != InUse)
            {
                // Not Cancel: it could run the continuation under the lock.
                _ = _waiting?.CancelAsync();
            }
        }
    }

    public void Dispose() => _disposed.Cancel();

    private async Task RunAsync()
    {
        try
        {
            await MoveAsync().ConfigureAwait(false);
        }
        catch
        {
            using (_changing.EnterScope())
            {
                _isRunning = false;
            }

            throw;
        }
    }

    private async Task MoveAsync()
    {
        var (delay, attempted) = (FirstDelay, 0);
        while (TryPlan() is { } plan)
        {
            if (attempted != _attempted)
            {
                (delay, attempted) = (FirstDelay, _attempted);
            }

            await Task.WhenAll(plan.Steps.Select(step => ProbeInSlotAsync(step, plan.Next))).ConfigureAwait(false);

            // Connections may have opened since the plan was made.
            generations.Pin();
            List<HandoverStep> held = [.. plan.Steps.Where(MayHold)];
            var expiry = held.Min(step => step.Expiry);
            if (generations.TryComplete(plan, held) && held is not [])
            {
                await WaitAsync(delay, expiry).ConfigureAwait(false);
                delay = delay * 2 < MaxDelay ? delay * 2 : MaxDelay;
            }
        }
    }

    private HandoverPlan? TryPlan()
    {
        using (_changing.EnterScope())
        {
            var plan = _disposed.IsCancellationRequested ? null : generations.PlanHandover();
            (_isRunning, _attempted) = (plan is not null, InUse);
            return plan;
        }
    }

    // The slot ends by the system clock: how long a processor needs does not depend on a fake one.
    private async Task ProbeInSlotAsync(HandoverStep step, HandlerGeneration next)
    {
        await Slots.WaitAsync().ConfigureAwait(false);
        var probing = ProbeAsync(step, next);
        await probing.WaitAsync(SlotTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Slots.Release();
        await probing.ConfigureAwait(false);
    }

    private async Task ProbeAsync(HandoverStep step, HandlerGeneration next)
    {
        using var timeout = new CancellationTokenSource(
            context.Realm.Definition.Channel.ConnectTimeout + ResponseTimeout, context.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _disposed.Token);
        step.Failure = await HandoverProbe.SendAsync(step, next, either.Token).ConfigureAwait(false);
    }

    private bool MayHold(HandoverStep step) =>
        step.Failure is not null
        && context.Realm.Provider?.InUse.Tls.OnIdentityRejected == IdentityRejectedAction.KeepPrevious
        && step.Generation.Pinned?.IsValid(context.TimeProvider.GetUtcNow()) == true;

    /// <summary>Waits until the next attempt is due, a certificate that is still presented expires, or there are newer ones.</summary>
    private async Task WaitAsync(TimeSpan delay, DateTimeOffset? expiry)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
        using (_changing.EnterScope())
        {
            if (_attempted != InUse)
            {
                return;
            }

            _waiting = waiting;
        }

        // The certificate may have expired while the failure was logged.
        var rest = expiry - context.TimeProvider.GetUtcNow();
        var wait = rest < delay ? rest.Value : delay;
        await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, context.TimeProvider, waiting.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using (_changing.EnterScope())
        {
            _waiting = null;
        }
    }
}
