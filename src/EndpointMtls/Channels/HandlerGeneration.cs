using EndpointMtls.Addressing;
using EndpointMtls.Async;
using EndpointMtls.Certificates;

namespace EndpointMtls.Channels;

/// <summary>The connections that were made with one version of a realm's certificates.</summary>
/// <remarks>
/// <see cref="ChannelGenerations"/> decides when it is replaced, and when it stops taking calls. A disposed handler lets running streams
/// finish. Disposal while a call has no response would fail calls that are about to be sent.
/// </remarks>
/// <param name="handler">Sends the calls.</param>
/// <param name="report">Records failures.</param>
/// <param name="onIdle">Called whenever the generation may have become idle.</param>
internal sealed class HandlerGeneration(SocketsHttpHandler handler, ConnectionReport report, Action<HandlerGeneration> onIdle)
    : DelegatingHandler(handler)
{
    private const int Stopped = int.MinValue;

    private readonly HashSet<TransportStream> _connections = [];
    private volatile bool _isReplaced;
    private volatile PinnedIdentity? _pinned;
    private bool _hasStopped;
    private volatile bool _isDisposed;
    private EndpointConnectionException? _abortReason;
    private volatile EndpointConnectionException? _lastAbortReason;

    // The number of calls without a response. Counts from int.MinValue when no more calls are accepted.
    private int _pendingCalls;

    /// <summary>Learns whether calls are answered; <see langword="null"/> if nothing does.</summary>
    public StallDetector? Stalls { get; init; }

    /// <summary>Called when a call has shown that a connection is silent.</summary>
    public Action<HandlerGeneration, TimeSpan>? OnSilent { get; init; }

    /// <summary>What new connections present instead of the certificates in use; <see langword="null"/> for those.</summary>
    public PinnedIdentity? Pinned
    {
        get => _pinned;
        init => _pinned = value;
    }

    /// <summary>The name of the realm when the generation was created.</summary>
    public string Realm { get; init; } = "";

    public GenerationState State =>
        !Volatile.Read(ref _hasStopped) ? _isReplaced ? GenerationState.Replaced : GenerationState.Current
        : !_isDisposed ? GenerationState.Draining
        : HasNoConnections ? GenerationState.Closed : GenerationState.Closing;

    /// <summary>Whether it has neither calls nor connections.</summary>
    public bool IsIdle => Volatile.Read(ref _pendingCalls) is 0 or Stopped && HasNoConnections;

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

    /// <summary>Sends a request.</summary>
    /// <returns><see langword="null"/> if this generation accepts no more calls.</returns>
    public Task<HttpResponseMessage>? TrySend(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _pendingCalls) > 0)
        {
            return SendCountedAsync(request, cancellationToken);
        }

        EndCall();
        return null;
    }

    /// <summary>Sends a request that is no call.</summary>
    public Task<HttpResponseMessage> ProbeAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        SendAsync(request, cancellationToken);

    /// <summary>Lets new connections present what the open ones present, if that is no longer in use.</summary>
    /// <param name="isOutdated">Whether a connection has other certificates than those in use.</param>
    public void Pin(Func<TransportStream, bool> isOutdated)
    {
        if (_pinned is null
            && GetConnections().FirstOrDefault(connection => connection.IsAccepted && isOutdated(connection))
                is { Provider: { } provider, Material: { } material })
        {
            _pinned = new PinnedIdentity(provider, material);
        }
    }

    /// <summary>Lets new connections present the certificates in use.</summary>
    public void Unpin() => _pinned = null;

    /// <summary>Selects the certificates of a new connection.</summary>
    /// <param name="provider">The provider of the realm.</param>
    /// <param name="inUse">The certificates in use.</param>
    /// <param name="now">The time.</param>
    public TlsMaterial SelectMaterial(RotatingCertificateProvider provider, TlsMaterial inUse, DateTimeOffset now)
    {
        // The handshake itself may have found new files, before the channel learns of them.
        Pin(connection => connection.Provider == provider && connection.Material?.Generation != inUse.Generation);
        return _pinned?.Select(provider, inUse, now) ?? inUse;
    }

    /// <summary>From <see cref="GenerationState.Current"/> to <see cref="GenerationState.Replaced"/>.</summary>
    public void Replace() => _isReplaced = true;

    /// <summary>
    /// To <see cref="GenerationState.Draining"/>, then to <see cref="GenerationState.Closing"/> when every call has its response. Has no
    /// effect when called again.
    /// </summary>
    public void StopTakingCalls()
    {
        if (!Interlocked.Exchange(ref _hasStopped, true) && Interlocked.Add(ref _pendingCalls, Stopped) == Stopped)
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

        report.RecordOpened(connection, Realm);
        connection.OnClosed(Remove);
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

    /// <summary>Closes the connections to an address. No call uses them.</summary>
    public void Disconnect(EndpointAddress address)
    {
        foreach (var connection in GetConnections().Where(connection => connection.Origin?.Authority == address))
        {
            connection.Dispose();
        }
    }

    /// <summary>Aborts all connections, and those that are added later.</summary>
    /// <returns>The number of connections.</returns>
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

    private async Task<HttpResponseMessage> SendCountedAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var startedAt = Stalls?.GetTimestamp() ?? 0;
        try
        {
            var response = await SendOnceMoreAsync(request, cancellationToken).ConfigureAwait(false);
            Stalls?.OnAnswered();
            return response;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && State == GenerationState.Current)
        {
            var silence = GetSilence(request.RequestUri!, startedAt);
            if (Stalls?.OnUnanswered(silence) == true)
            {
                OnSilent?.Invoke(this, silence);
            }

            throw;
        }
        finally
        {
            EndCall();
        }
    }

    /// <summary>Sends a request. If the server closes the new connection before it can have processed it, sends it once more.</summary>
    private async Task<HttpResponseMessage> SendOnceMoreAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var mayResend = true; ; mayResend = false)
        {
            try
            {
                var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
                return report.FindRejection(response) is { } rejection ? throw Reject(response, rejection) : response;
            }
            catch (HttpRequestException exception) when (FindClose(exception) is { } close)
            {
                var isClosedByServer = ConnectionReport.IsClosedByServer(close);
                if (!isClosedByServer || !mayResend || cancellationToken.IsCancellationRequested)
                {
                    var cause = isClosedByServer ? report.RecordFailure(close) : close;
                    throw new HttpRequestException(exception.HttpRequestError, cause.Message, cause);
                }

                report.RecordRedial();
            }
        }
    }

    private static HttpRequestException Reject(HttpResponseMessage response, EndpointConnectionException rejection)
    {
        response.Dispose();
        return new HttpRequestException(rejection.Message, rejection);
    }

    /// <summary>Finds why the connection of a request was closed before the request was sent.</summary>
    /// <returns><see langword="null"/> if the request may have been sent.</returns>
    private EndpointConnectionException? FindClose(HttpRequestException exception)
    {
        if (EndpointConnectionException.Find(exception) is { } failure)
        {
            return ConnectionReport.IsClosedByServer(failure) ? failure : null;
        }

        // The handler gives no cause if the connection was closed before it could use it, for example by GOAWAY.
        return exception is { InnerException: null, HttpRequestError: HttpRequestError.Unknown }
            ? _lastAbortReason ?? report.CreateClosed()
            : null;
    }

    // Which connection a call uses is unknown. It has the end point of the call, and data was sent on it since the call began.
    private TimeSpan GetSilence(Uri uri, long startedAt) =>
        GetConnections()
            .Where(connection => connection.Origin?.Authority == new EndpointAddress(uri.IdnHost, uri.Port))
            .Select(connection => connection.Activity.GetSilence(startedAt))
            .DefaultIfEmpty()
            .Max();

    private void EndCall()
    {
        if (Interlocked.Decrement(ref _pendingCalls) == Stopped)
        {
            DeferringLock.Defer(Dispose);
        }
    }

    private void Remove(TransportStream connection)
    {
        report.RecordEnded(connection);
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
