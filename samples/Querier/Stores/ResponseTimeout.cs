namespace Querier.Stores;

/// <summary>Cancels a call if the next response of a store takes too long. The whole call may take longer.</summary>
internal sealed class ResponseTimeout(TimeSpan limit, CancellationToken cancellation) : IDisposable
{
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    public CancellationToken Token => _source.Token;

    public bool HasElapsed => _source.IsCancellationRequested && !cancellation.IsCancellationRequested;

    /// <summary>Restarts the timeout. A limit of zero means no timeout.</summary>
    public void Restart()
    {
        if (limit > TimeSpan.Zero)
            _source.CancelAfter(limit);
    }

    public void Dispose() => _source.Dispose();
}
