using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Async;

#pragma warning disable CA1001 // A CancellationTokenSource without a timer and a wait handle has nothing to dispose.

/// <summary>A source of change tokens, of which each signals one change. Thread-safe.</summary>
internal sealed class ChangeSignal
{
    private CancellationTokenSource _source = new();

    /// <summary>A token that signals the next change.</summary>
    public IChangeToken Token => new CancellationChangeToken(Volatile.Read(ref _source).Token);

    /// <summary>Signals the current token, and replaces it.</summary>
    /// <exception cref="AggregateException">A callback threw an exception. All callbacks were called.</exception>
    public void Signal() => Interlocked.Exchange(ref _source, new CancellationTokenSource()).Cancel();
}
