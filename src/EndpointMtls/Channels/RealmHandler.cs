using EndpointMtls.Async;

namespace EndpointMtls.Channels;

/// <summary>The HTTP handler of one channel. Sends each call through the current generation.</summary>
/// <remarks>
/// The inner handler is a template that never sends requests. Grpc.Net.Client sets its <c>ConnectCallback</c> on the template, for
/// connectivity state and load balancing. Each generation dials through that callback.
/// </remarks>
internal sealed class RealmHandler : DelegatingHandler
{
    private readonly ChannelContext _context;
    private readonly EndpointConnector _connector;
    private readonly SocketsHttpHandler _template;
    private readonly DeferringLock _rotating = new();
    private readonly StallDetector _stalls;

    // Replaced generations that have not closed, and the drain timer of each.
    private readonly Dictionary<HandlerGeneration, ITimer> _replaced = [];
    private HandlerGeneration? _current;
    private bool _disposed;

    public RealmHandler(ChannelContext context, EndpointConnector connector)
    {
        (_context, _connector) = (context, connector);
        _stalls = new StallDetector(context.TimeProvider, OnSilent);
        InnerHandler = _template = SocketsHttpHandlerFactory.Create(context.Realm.Definition.Channel.ConnectTimeout);
        if (context.Destination.SocketPath is { } path)
        {
            // Grpc.Net.Client does not support Unix domain sockets, and does not replace an existing callback.
            _template.ConnectCallback = (_, cancellationToken) => EndpointConnector.DialUnixAsync(path, cancellationToken);
        }
    }

    /// <summary>The number of open connections of replaced generations.</summary>
    public int DrainingConnections
    {
        get
        {
            using (_rotating.EnterScope())
            {
                return _replaced.Keys.Sum(generation => generation.GetConnections().Length);
            }
        }
    }

    /// <summary>Whether the handler rejects new calls and its last connection has closed.</summary>
    public bool HasDrained
    {
        get
        {
            using (_rotating.EnterScope())
            {
                return _context.Closed is not null && _replaced.Count == 0;
            }
        }
    }

    /// <summary>Sends new calls through a new generation. Running calls may finish on the old one within the drain timeout.</summary>
    /// <param name="evenIfIdle">Whether to replace a generation without connections: it has the channel settings of its creation.</param>
    public void Rotate(bool evenIfIdle = false)
    {
        HandlerGeneration old;
        using (_rotating.EnterScope())
        {
            // A generation without connections makes them with the certificates of that time.
            if (_disposed || _current is null || (_current.IsIdle && !evenIfIdle))
            {
                return;
            }

            old = _current;
            Replace(old);
            Volatile.Write(ref _current, CreateGeneration());
        }

        // It may have become idle before it was marked as replaced.
        OnIdle(old);
    }

    /// <summary>Rejects new calls. Running calls may finish within the drain timeout.</summary>
    /// <param name="reason">The exception of new calls, and of calls that are aborted.</param>
    public void Close(EndpointConnectionException reason)
    {
        HandlerGeneration[] generations;
        using (_rotating.EnterScope())
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

    /// <summary>Rotates if a connection was made with other certificates than those in use.</summary>
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
        using (_rotating.EnterScope())
        {
            generations = [.. Generations];
        }

        var untrusted = (from generation in generations
                         from connection in generation.GetConnections()
                         let reason = _connector.GetDistrustReason(connection)
                         where reason is not null
                         select (Generation: generation, Connection: connection, Reason: reason)).ToList();
        if (untrusted.Count > 0)
        {
            Rotate();
            untrusted.ForEach(x => x.Generation.Abort(x.Connection, x.Reason));
            _connector.Report.RecordAborted(untrusted.Count, untrusted[0].Reason);
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_context.Destination.UnavailableReason is { } reason)
        {
            throw new HttpRequestException(reason.Message, reason);
        }

        if (request.RequestUri is ResolvedUri resolved)
        {
            request.RequestUri = resolved.Named;
        }

        if (_context.Destination.AuthorityOf(request.RequestUri!) is { } authority)
        {
            // A proxy in front of the server routes by its name.
            request.Headers.Host = authority;
        }

        while (true)
        {
            // A generation rejects calls only after another one has replaced it.
            if ((Volatile.Read(ref _current) ?? CreateFirst()).TrySend(request, cancellationToken) is { } response)
            {
                return response;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        HandlerGeneration[] generations;
        using (_rotating.EnterScope())
        {
            generations = _disposed ? [] : [.. Generations];
            _disposed = true;
            _context.MarkAsDisposed();
            _replaced.Values.ToList().ForEach(timer => timer.Dispose());
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
        using (_rotating.EnterScope())
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _context.Closed is { } reason
                ? throw new HttpRequestException(reason.Message, reason)
                : _current ??= CreateGeneration();
        }
    }

    private HandlerGeneration CreateGeneration()
    {
        // The constructor cannot read it: the channel sets the callback later. The connector has the timeout, and gives the reason.
        var dial = _template.ConnectCallback;
        var settings = _context.Realm.Definition.Channel;
        var handler = SocketsHttpHandlerFactory.Create(Timeout.InfiniteTimeSpan, settings);
        var generation = new HandlerGeneration(handler, _connector, OnIdle) { Realm = _context.Realm.Name, Stalls = _stalls };
        handler.ConnectCallback = async (context, cancellationToken) =>
        {
            var (stream, connection) = await _connector.ConnectAsync(
                context.DnsEndPoint,
                token => dial is null
                    ? EndpointConnector.DialTcpAsync(context.DnsEndPoint, token)
                    : _context.Destination.DialAsync(context.InitialRequestMessage, () => dial(context, token), token, cancellationToken),
                cancellationToken).ConfigureAwait(false);
            generation.Add(connection);
            connection.Activity.WatchPings(settings, OnPingTimeout);

            // A change during the handshake did not check this connection.
            if (_connector.GetDistrustReason(connection) is { } distrust)
            {
                Abort(distrust);
            }

            if (generation == Volatile.Read(ref _current))
            {
                RotateIfOutdated();
            }

            StopReplacedBy(generation);
            return stream;

            void Abort(EndpointConnectionException reason)
            {
                generation.Abort(connection, reason);
                _connector.Report.RecordAborted(1, reason);
            }

            void OnPingTimeout(TimeSpan timeout)
            {
                var stalled = _connector.Report.CreateStalled(ConnectionFailureText.PingTimeout(timeout));
                Abort(stalled);
                _connector.Report.RecordStalled(stalled);
            }
        };
        _context.Meter.GenerationBegan(generation.Realm);
        return generation;
    }

    /// <summary>Stops the generations that the current one has replaced.</summary>
    /// <remarks>
    /// It waits until the current generation has connected. If the last connection of the channel closed before, Grpc.Net.Client
    /// would set the channel to idle during the handshake. The channel can then become ready without an address, and calls hang.
    /// </remarks>
    private void StopReplacedBy(HandlerGeneration generation)
    {
        HandlerGeneration[] replaced;
        using (_rotating.EnterScope())
        {
            replaced = generation == _current ? [.. _replaced.Keys] : [];
        }

        Array.ForEach(replaced, old => old.StopTakingCalls());
    }

    /// <summary>Stops a replaced generation that has become idle, and removes it when it is closed.</summary>
    private void OnIdle(HandlerGeneration generation)
    {
        using (_rotating.EnterScope())
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

    private void OnSilent(TimeSpan silence)
    {
        Rotate();
        _connector.Report.RecordStalled(_connector.Report.CreateStalled(ConnectionFailureText.Silent(silence)));
    }

    private void Replace(HandlerGeneration generation)
    {
        generation.Replace();
        _replaced.Add(generation, DetachedTimer.Create(_context.TimeProvider, () => OnDrainTimeout(generation), _context.DrainTimeout));
    }

    private void OnDrainTimeout(HandlerGeneration generation)
    {
        // Idle connections close now. The others are aborted.
        generation.StopTakingCalls();
        var reason = _context.Closed ?? _connector.Report.CreateDrained();
        _connector.Report.RecordAborted(generation.Abort(reason), reason);
    }
}
