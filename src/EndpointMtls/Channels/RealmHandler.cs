using EndpointMtls.Async;
using EndpointMtls.Telemetry;

namespace EndpointMtls.Channels;

/// <summary>Sits beneath one channel for its whole life and sends each call through the current generation.</summary>
/// <remarks>
/// The inner handler is a template that never sends. Grpc.Net.Client finds it, installs its <c>ConnectCallback</c> on
/// it, and so keeps connectivity state; each generation dials through that callback.
/// </remarks>
internal sealed class RealmHandler : DelegatingHandler
{
    // For the socket alone on the template. A generation waits longer than dialling and handshake together may take, for
    // their own ends say what happened.
    private static readonly TimeSpan DialTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(60);

    private readonly ChannelContext _context;
    private readonly EndpointConnector _connector;
    private readonly SocketsHttpHandler _template;
    private readonly DeferringLock _renewal = new();

    // The generations that were replaced and have not closed, and the timer that aborts them.
    private readonly Dictionary<HandlerGeneration, ITimer> _replaced = [];
    private HandlerGeneration? _current;
    private bool _disposed;

    public RealmHandler(ChannelContext context, EndpointConnector connector)
    {
        (_context, _connector) = (context, connector);
        InnerHandler = _template = Sockets.CreateHandler(DialTimeout);
        if (context.Destination.SocketPath is { } path)
        {
            // Grpc.Net.Client knows no sockets of this kind, and leaves a callback that is there alone.
            _template.ConnectCallback = (_, cancellationToken) => EndpointConnector.DialUnixAsync(path, cancellationToken);
        }
    }

    /// <summary>How many connections of earlier generations are still open.</summary>
    public int DrainingConnections
    {
        get
        {
            using (_renewal.EnterScope())
            {
                return _replaced.Keys.Sum(generation => generation.GetConnections().Length);
            }
        }
    }

    /// <summary>Whether it takes no more calls, and its last connection has closed.</summary>
    public bool HasDrained
    {
        get
        {
            using (_renewal.EnterScope())
            {
                return _context.Closed is not null && _replaced.Count == 0;
            }
        }
    }

    /// <summary>Sends new calls through a fresh generation; those that are running finish on the old one, for as long as they may.</summary>
    public void Rotate()
    {
        HandlerGeneration old;
        using (_renewal.EnterScope())
        {
            // One without connections will make them with what is in use then.
            if (_disposed || _current is null or { IsIdle: true })
            {
                return;
            }

            old = _current;
            Replace(old);
            Volatile.Write(ref _current, CreateGeneration());
        }

        // It may have become idle before it counted as replaced.
        OnIdle(old);
    }

    /// <summary>Takes no more calls; those that are running may finish, for as long as they may.</summary>
    /// <param name="reason">What whoever calls from now on is told.</param>
    public void Close(EndpointConnectionException reason)
    {
        HandlerGeneration[] generations;
        using (_renewal.EnterScope())
        {
            if (_disposed || _context.Closed is not null)
            {
                return;
            }

            _context.Closed = reason;
            if (_current is { } current)
            {
                Replace(current);
                Volatile.Write(ref _current, null);
            }

            generations = [.. _replaced.Keys];
        }

        foreach (var generation in generations)
        {
            generation.StopTakingCalls();
            OnIdle(generation);
        }
    }

    /// <summary>Renews unless every connection was made with what is in use.</summary>
    public void RotateIfOutdated()
    {
        if (Volatile.Read(ref _current)?.GetConnections().Any(_connector.IsOutdated) ?? false)
        {
            Rotate();
        }
    }

    /// <summary>Aborts the connections whose server is no longer trusted. New calls open others.</summary>
    public void AbortUntrusted()
    {
        HandlerGeneration[] generations;
        using (_renewal.EnterScope())
        {
            generations = [.. Generations];
        }

        var untrusted = (from generation in generations
                         from connection in generation.GetConnections()
                         let reason = _connector.ExplainDistrust(connection)
                         where reason is not null
                         select (Generation: generation, Connection: connection, Reason: reason)).ToList();
        if (untrusted.Count > 0)
        {
            Rotate();
            untrusted.ForEach(x => x.Generation.Abort(x.Connection, x.Reason));
            ReportAborted(untrusted.Count, untrusted[0].Reason);
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_context.Destination.UnavailableReason is { } refusal)
        {
            throw new HttpRequestException(refusal.Message, refusal);
        }

        if (_context.Destination.AuthorityOf(request.RequestUri!) is { } authority)
        {
            // Whoever stands before the server knows it by its name.
            request.Headers.Host = authority;
        }

        while (true)
        {
            // A generation rejects a call only if it has been replaced since it was read; then there is a newer one.
            if ((Volatile.Read(ref _current) ?? CreateFirst()).TrySend(request, cancellationToken) is { } response)
            {
                return response;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        HandlerGeneration[] generations;
        using (_renewal.EnterScope())
        {
            generations = _disposed ? [] : [.. Generations];
            _disposed = true;
            foreach (var timer in _replaced.Values)
            {
                timer.Dispose();
            }

            _replaced.Clear();
        }

        foreach (var generation in generations)
        {
            generation.Dispose();
            _context.Meter.GenerationEnded(generation.Realm);
        }

        base.Dispose(disposing);
    }

    private IEnumerable<HandlerGeneration> Generations => _current is null ? _replaced.Keys : _replaced.Keys.Append(_current);

    private HandlerGeneration CreateFirst()
    {
        using (_renewal.EnterScope())
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _context.Closed is { } closed ? throw new HttpRequestException(closed.Message, closed) : _current ??= CreateGeneration();
        }
    }

    private HandlerGeneration CreateGeneration()
    {
        // Read now, not in the constructor: the channel installs its callback after it was given this handler.
        var dial = _template.ConnectCallback;
        var handler = Sockets.CreateHandler(ConnectTimeout);
        var generation = new HandlerGeneration(handler, _connector, OnIdle) { Realm = _context.Realm.Name };
        handler.ConnectCallback = async (context, cancellationToken) =>
        {
            var (stream, connection) = await _connector.ConnectAsync(
                context.DnsEndPoint,
                ending => dial is null ? EndpointConnector.DialTcpAsync(context.DnsEndPoint, ending) : dial(context, ending),
                cancellationToken).ConfigureAwait(false);
            generation.Add(connection);

            // What has changed since the handshake began did not see this connection.
            if (_connector.ExplainDistrust(connection) is { } reason)
            {
                generation.Abort(connection, reason);
                ReportAborted(1, reason);
            }

            if (generation == Volatile.Read(ref _current))
            {
                RotateIfOutdated();
            }

            StopReplacedBy(generation);
            return stream;
        };
        _context.Meter.GenerationBegan(generation.Realm);
        return generation;
    }

    /// <summary>Stops the generations that this one has replaced.</summary>
    /// <remarks>
    /// Only now that it is connected: were the last connection of the channel to close before, Grpc.Net.Client would
    /// take the endpoint for idle while we dial, and can then be left ready without an address, where calls wait for ever.
    /// </remarks>
    private void StopReplacedBy(HandlerGeneration generation)
    {
        HandlerGeneration[] replaced;
        using (_renewal.EnterScope())
        {
            replaced = generation == _current ? [.. _replaced.Keys] : [];
        }

        Array.ForEach(replaced, old => old.StopTakingCalls());
    }

    /// <summary>Called when a generation may have become idle: one that was replaced is stopped, or forgotten when it is closed.</summary>
    private void OnIdle(HandlerGeneration generation)
    {
        using (_renewal.EnterScope())
        {
            if (!generation.IsIdle || !_replaced.TryGetValue(generation, out var timer))
            {
                return;
            }

            if (generation.State == GenerationState.Closed)
            {
                _replaced.Remove(generation);
                timer.Dispose();
                _context.Meter.GenerationEnded(generation.Realm);
                return;
            }
        }

        generation.StopTakingCalls();
    }

    private void Replace(HandlerGeneration generation)
    {
        generation.Replace();
        _replaced.Add(generation, DetachedTimer.Create(_context.TimeProvider, () => OnDrainTimeout(generation), _context.DrainTimeout));
    }

    private void OnDrainTimeout(HandlerGeneration generation)
    {
        // Connections without calls close now; the others are aborted.
        generation.StopTakingCalls();
        var reason = _context.Closed ?? _connector.ExplainDrain();
        ReportAborted(generation.Abort(reason), reason);
    }

    private void ReportAborted(int count, EndpointConnectionException reason)
    {
        if (count > 0)
        {
            _context.Meter.ConnectionsAborted(_context.Realm.Name, reason.Reason, count);
            _context.Logger.ConnectionsAborted(count, reason.Reason, reason.Message);
        }
    }
}
