using EndpointMtls.Async;

namespace EndpointMtls.Channels;

/// <summary>The generations of a channel that take no new calls, until their last connection has closed. Thread-safe.</summary>
internal sealed class ReplacedGenerations(ChannelContext context, ConnectionReport report)
{
    private readonly DeferringLock _changing = new();

    // The drain timer of each.
    private readonly Dictionary<HandlerGeneration, ITimer> _timers = [];

    public HandlerGeneration[] All
    {
        get
        {
            using (_changing.EnterScope())
            {
                return [.. _timers.Keys];
            }
        }
    }

    /// <summary>Marks a generation as replaced. Its calls may finish within the drain timeout.</summary>
    public void Add(HandlerGeneration generation)
    {
        generation.Replace();
        using (_changing.EnterScope())
        {
            _timers.Add(generation, DetachedTimer.Create(context.TimeProvider, () => OnDrainTimeout(generation), context.DrainTimeout));
        }
    }

    /// <summary>Closes the connections as soon as their calls have ended.</summary>
    public void Stop() => Array.ForEach(All, generation => generation.StopTakingCalls());

    /// <summary>Stops a generation that has become idle, and removes it when it is closed.</summary>
    public void OnIdle(HandlerGeneration generation)
    {
        using (_changing.EnterScope())
        {
            if (!generation.IsIdle || !_timers.TryGetValue(generation, out var timer))
            {
                return;
            }

            if (generation.State == GenerationState.Closed)
            {
                _timers.Remove(generation);
                timer.Dispose();
                context.Meter.GenerationEnded(generation.Realm);
                return;
            }
        }

        generation.StopTakingCalls();
    }

    /// <summary>Removes all generations.</summary>
    /// <returns>The generations.</returns>
    public HandlerGeneration[] Clear()
    {
        using (_changing.EnterScope())
        {
            HandlerGeneration[] all = [.. _timers.Keys];
            _timers.Values.ToList().ForEach(timer => timer.Dispose());
            _timers.Clear();
            return all;
        }
    }

    private void OnDrainTimeout(HandlerGeneration generation)
    {
        // Idle connections close now. The others are aborted.
        generation.StopTakingCalls();
        var reason = context.Closed ?? report.CreateDrained();
        report.RecordAborted(generation.Abort(reason), reason);
    }
}
