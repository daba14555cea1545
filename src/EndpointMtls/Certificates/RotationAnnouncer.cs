using EndpointMtls.Async;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Certificates;

/// <summary>Signals changes of the certificates of one realm: first to channels, then to all other listeners. Thread-safe.</summary>
internal sealed class RotationAnnouncer(RotationReport report)
{
    private readonly ChangeSignal _forChannels = new();
    private readonly ChangeSignal _forOthers = new();
    private volatile Task _pending = Task.CompletedTask;

    public IChangeToken ChannelToken => _forChannels.Token;

    public IChangeToken ChangeToken => _forOthers.Token;

    /// <summary>Ends when the channels have been told of all changes that were added before.</summary>
    public Task Pending => _pending;

    /// <summary>Adds a change that the caller announces after it has released its lock. Not thread-safe: call it under that lock.</summary>
    /// <returns>To be passed to <see cref="ToChannels"/>.</returns>
    public TaskCompletionSource Add()
    {
        var announced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending = _pending.IsCompleted ? announced.Task : Task.WhenAll(_pending, announced.Task);
        return announced;
    }

    /// <summary>Signals <see cref="ChannelToken"/>.</summary>
    /// <param name="announced">The change, if it was added.</param>
    public void ToChannels(TaskCompletionSource? announced = null)
    {
        Signal(_forChannels);
        announced?.SetResult();
    }

    /// <summary>Signals <see cref="ChangeToken"/>.</summary>
    public void ToOthers() => Signal(_forOthers);

    /// <summary>Signals <see cref="ChangeToken"/> on a thread of the pool.</summary>
    public void ToOthersLater() =>
        ThreadPool.UnsafeQueueUserWorkItem(static announcer => announcer.ToOthers(), this, preferLocal: false);

    // An exception of a listener must not fail the handshake that signals it.
    private void Signal(ChangeSignal signal)
    {
        try
        {
            signal.Signal();
        }
        catch (AggregateException exception)
        {
            report.ListenerFailed(exception);
        }
    }
}
