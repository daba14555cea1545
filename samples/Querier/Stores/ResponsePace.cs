namespace Querier.Stores;

/// <summary>Cancels a call once a store has been silent for too long, which is not the same as taking long.</summary>
internal sealed class ResponsePace(TimeSpan limit, CancellationToken cancellation) : IDisposable
{
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);

    public CancellationToken Token => _source.Token;

    public bool IsTooSlow => _source.IsCancellationRequested && !cancellation.IsCancellationRequested;

    /// <summary>Starts the next silence. A limit of zero is none.</summary>
    public void Restart()
    {
        if (limit > TimeSpan.Zero)
            _source.CancelAfter(limit);
    }

    public void Dispose() => _source.Dispose();
}
