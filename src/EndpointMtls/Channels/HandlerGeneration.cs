using EndpointMtls.Async;

namespace EndpointMtls.Channels;

/// <summary>Where a generation is in its life. It only goes forward.</summary>
internal enum GenerationState
{
    /// <summary>It takes calls.</summary>
    Current,

    /// <summary>Another generation has replaced it and has not connected yet. It still takes calls that were sent before.</summary>
    Replaced,

    /// <summary>It takes no calls. Calls that wait for their response go on.</summary>
    Draining,

    /// <summary>No call waits for its response: the handler is disposed. Streams go on.</summary>
    Closing,

    /// <summary>Its last connection has closed.</summary>
    Closed,
}

/// <summary>The connections that were made while one version of a realm's certificates was in use.</summary>
/// <remarks>
/// A disposed handler opens nothing new and lets running streams finish. Disposing it while a call waits for its response would
/// fail calls that are about to be sent.
/// </remarks>
/// <param name="handler">What sends the calls.</param>
/// <param name="connector">What opens the connections.</param>
/// <param name="onIdle">Called whenever the generation may have become idle.</param>
internal sealed class HandlerGeneration(SocketsHttpHandler handler, EndpointConnector connector, Action<HandlerGeneration> onIdle) : DelegatingHandler(handler)
{
    private const int Stopped = int.MinValue;

    private readonly HashSet<TransportStream> _connections = [];
    private volatile bool _isReplaced;
    private bool _hasStopped;
    private volatile bool _isDisposed;
    private EndpointConnectionException? _abortReason;
    private volatile EndpointConnectionException? _lastAbortReason;

    // The number of calls waiting for their response; counted from int.MinValue once no more calls are taken.
    private int _waiting;

    /// <summary>The name of the realm it began in.</summary>
    public string Realm { get; init; } = "";

    public GenerationState State =>
        !Volatile.Read(ref _hasStopped) ? _isReplaced ? GenerationState.Replaced : GenerationState.Current
        : !_isDisposed ? GenerationState.Draining
        : HasNoConnections ? GenerationState.Closed : GenerationState.Closing;

    /// <summary>Whether it has neither calls nor connections.</summary>
    public bool IsIdle => Volatile.Read(ref _waiting) is 0 or Stopped && HasNoConnections;

    private bool HasNoConnections
    {
        get
        {
            lock (_connections)
            {
                return _connections.Count == 0;
            }
        }
    }

    public TransportStream[] GetConnections()
    {
        lock (_connections)
        {
            return [.. _connections];
        }
    }

    /// <summary>Sends a request, or returns <see langword="null"/> because this generation takes no more calls.</summary>
    public Task<HttpResponseMessage>? TrySend(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > 0)
        {
            return CountedAsync(request, cancellationToken);
        }

        Leave();
        return null;
    }

    /// <summary>From <see cref="GenerationState.Current"/> to <see cref="GenerationState.Replaced"/>.</summary>
    public void Replace() => _isReplaced = true;

    /// <summary>To <see cref="GenerationState.Draining"/>, and on to <see cref="GenerationState.Closing"/> when no call waits. Has no effect the second time.</summary>
    public void StopTakingCalls()
    {
        if (!Interlocked.Exchange(ref _hasStopped, true) && Interlocked.Add(ref _waiting, Stopped) == Stopped)
        {
            // Disposing the handler closes connections, which metric listeners see.
            DeferringLock.Defer(Dispose);
        }
    }

    public void Add(TransportStream connection)
    {
        EndpointConnectionException? reason;
        lock (_connections)
        {
            _connections.Add(connection);
            reason = _abortReason;
        }

        connection.WhenClosed(Remove);
        if (reason is not null)
        {
            Abort(connection, reason);
        }
    }

    public void Abort(TransportStream connection, EndpointConnectionException reason)
    {
        _lastAbortReason = reason;
        connection.Abort(reason);
    }

    /// <summary>Aborts every connection, also those that are still to come.</summary>
    /// <returns>How many there were.</returns>
    public int Abort(EndpointConnectionException reason)
    {
        lock (_connections)
        {
            _abortReason = reason;
        }

        var connections = GetConnections();
        Array.ForEach(connections, connection => Abort(connection, reason));
        return connections.Length;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _isDisposed = true;
        onIdle(this);
    }

    private async Task<HttpResponseMessage> CountedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception) when (exception.InnerException is null && (_lastAbortReason ?? connector.History.Failure) is { } cause)
        {
            // A connection that fails before the handler has registered it leaves the call without its cause.
            throw new HttpRequestException(exception.HttpRequestError, cause.Message, cause);
        }
        finally
        {
            Leave();
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _waiting) == Stopped)
        {
            Dispose();
        }
    }

    private void Remove(TransportStream connection)
    {
        bool isLast;
        lock (_connections)
        {
            _connections.Remove(connection);
            isLast = _connections.Count == 0;
        }

        if (isLast)
        {
            onIdle(this);
        }
    }
}
