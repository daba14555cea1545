namespace EndpointMtls.Channels;

/// <summary>The connections that were made while one version of a realm's certificates was in use.</summary>
/// <remarks>
/// Disposed when it has been retired and the last response has begun. From then on the handler opens nothing new but
/// lets running streams finish; disposing it any earlier fails calls that are about to be sent. It has ended when its
/// last connection has closed. Whoever made it is told whenever it may have become quiet.
/// </remarks>
internal sealed class HandlerGeneration(SocketsHttpHandler handler, EndpointConnector connector, Action<HandlerGeneration> onQuiet) : DelegatingHandler(handler)
{
    private const int Retired = int.MinValue;

    private readonly HashSet<TransportStream> _connections = [];
    private bool _isRetired;
    private volatile bool _isDisposed;
    private EndpointConnectionException? _cut;
    private volatile EndpointConnectionException? _lastCut;

    // The number of calls waiting for their response; counted from int.MinValue once retired.
    private int _waiting;

    /// <summary>The name of the realm it began in.</summary>
    public string Realm { get; init; } = "";

    /// <summary>Whether nothing is lost when no more calls come here.</summary>
    public bool IsQuiet => Volatile.Read(ref _waiting) is 0 or Retired && HasNoConnections;

    public bool HasEnded => _isDisposed && HasNoConnections;

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

    /// <summary>Sends a request, or returns <see langword="null"/> because this generation is retired.</summary>
    public Task<HttpResponseMessage>? TrySend(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > 0)
        {
            return CountedAsync(request, cancellationToken);
        }

        Leave();
        return null;
    }

    /// <summary>Takes no more calls. May be said again.</summary>
    public void Retire()
    {
        if (!Interlocked.Exchange(ref _isRetired, true) && Interlocked.Add(ref _waiting, Retired) == Retired)
        {
            Dispose();
        }
    }

    public void Add(TransportStream connection)
    {
        EndpointConnectionException? cut;
        lock (_connections)
        {
            _connections.Add(connection);
            cut = _cut;
        }

        connection.WhenClosed(Remove);
        if (cut is not null)
        {
            Cut(connection, cut);
        }
    }

    public void Cut(TransportStream connection, EndpointConnectionException reason)
    {
        _lastCut = reason;
        connection.Cut(reason);
    }

    /// <summary>Cuts every connection, also those that are still to come.</summary>
    /// <returns>How many there were.</returns>
    public int Cut(EndpointConnectionException reason)
    {
        lock (_connections)
        {
            _cut = reason;
        }

        var connections = GetConnections();
        Array.ForEach(connections, connection => Cut(connection, reason));
        return connections.Length;
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _isDisposed = true;
        onQuiet(this);
    }

    private async Task<HttpResponseMessage> CountedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException exception) when (exception.InnerException is null && (_lastCut ?? connector.History.Failure) is { } cause)
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
        if (Interlocked.Decrement(ref _waiting) == Retired)
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
            onQuiet(this);
        }
    }
}
