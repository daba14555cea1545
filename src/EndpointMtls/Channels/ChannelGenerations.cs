using EndpointMtls.Async;

namespace EndpointMtls.Channels;

/// <summary>The generations of one channel: which takes the calls, and how those that it has replaced end. Thread-safe.</summary>
internal sealed class ChannelGenerations : IDisposable
{
    private readonly ChannelContext _context;
    private readonly EndpointConnector _connector;
    private readonly GenerationFactory _factory;
    private readonly DeferringLock _changing = new();
    private readonly ReplacedGenerations _replaced;
    private readonly GenerationHandover _handover;
    private volatile CallRoutes? _routes;
    private bool _disposed;

    public ChannelGenerations(ChannelContext context, EndpointConnector connector, SocketsHttpHandler template)
    {
        (_context, _connector) = (context, connector);
        _factory = new GenerationFactory(context, connector, template, this);
        _replaced = new ReplacedGenerations(context, connector.Report);
        _handover = new GenerationHandover(this, context);
    }

    /// <summary>Raised when a connection has opened whose certificates are no longer in use.</summary>
    public event Action? OpenedOutdated;

    public int DrainingConnections => _replaced.All.Sum(generation => generation.GetConnections().Length);

    /// <summary>Whether new calls are rejected and the last connection has closed.</summary>
    public bool HasDrained => _context.Closed is not null && _replaced.All.Length == 0;

    // Each once.
    private IEnumerable<HandlerGeneration> Serving => _routes?.Generations ?? [];

    /// <summary>The generation for a call.</summary>
    /// <exception cref="HttpRequestException">The channel is closed.</exception>
    public HandlerGeneration For(Uri uri) => (_routes ?? CreateFirst()).For(uri);

    /// <summary>Sends new calls through a new generation. Running calls may finish on the old one within the drain timeout.</summary>
    public void Rotate()
    {
        HandlerGeneration[] old;
        using (_changing.EnterScope())
        {
            // A generation without connections makes them with the certificates of that time.
            if (_disposed || _routes is not { } routes || routes is { Current.IsIdle: true, Held.IsEmpty: true })
            {
                return;
            }

            old = [.. routes.Generations];
            Array.ForEach(old, _replaced.Add);
            Release(new CallRoutes(_factory.Create()));
        }

        // They may have become idle before they were marked as replaced.
        Array.ForEach(old, OnIdle);
    }

    /// <summary>Replaces one generation by another that presents the same certificates.</summary>
    public void Renew(HandlerGeneration generation)
    {
        using (_changing.EnterScope())
        {
            if (_disposed || !Serving.Contains(generation))
            {
                return;
            }

            var next = _factory.Create(generation.Pinned);
            _replaced.Add(generation);
            _routes!.Replace(generation, next);
        }

        OnIdle(generation);
    }

    /// <summary>Replaces all generations by others that present the same certificates, and have the current channel settings.</summary>
    public void RenewAll()
    {
        Pin();
        Array.ForEach([.. Serving], Renew);
    }

    /// <summary>Rejects new calls. Running calls may finish within the drain timeout.</summary>
    /// <param name="reason">The exception of new calls, and of calls that are aborted.</param>
    public void Close(EndpointConnectionException reason)
    {
        using (_changing.EnterScope())
        {
            if (_disposed || _context.Closed is not null)
            {
                return;
            }

            _context.Closed = reason;
            Serving.ToList().ForEach(_replaced.Add);
            Release(null);
        }

        _replaced.Stop();
        Array.ForEach(_replaced.All, OnIdle);
    }

    /// <summary>
    /// Moves calls to connections with the certificates in use, if some are open with others: at once if rules have changed or trust was
    /// removed, and otherwise when the new connections work.
    /// </summary>
    public void RotateIfOutdated()
    {
        bool mustMove;
        using (_changing.EnterScope())
        {
            if (_routes?.AreUnderOtherRules(_connector) == true)
            {
                Rotate();
            }

            mustMove = _routes is { } routes && (!routes.Held.IsEmpty || routes.Generations.Any(_connector.HasOutdated));
            if (!mustMove)
            {
                _routes?.Unpin(_connector);
            }
        }

        if (mustMove)
        {
            _handover.Start();
        }
    }

    /// <inheritdoc cref="CallRoutes.Pin"/>
    public void Pin()
    {
        using (_changing.EnterScope())
        {
            _routes?.Pin(_connector);
        }
    }

    /// <summary>Prepares a generation for the certificates in use.</summary>
    /// <returns><see langword="null"/> if no connection that takes calls is outdated.</returns>
    public HandoverPlan? PlanHandover()
    {
        using (_changing.EnterScope())
        {
            // RotateIfOutdated did not see the connections of a generation that was not current yet.
            if (_routes?.AreUnderOtherRules(_connector) == true)
            {
                Rotate();
            }

            if (_disposed || _routes is not { } routes)
            {
                return null;
            }

            var steps = routes.PlanSteps(_connector, _context.Destination is GroupDestination);
            if (steps.Count == 0)
            {
                Release(new CallRoutes(routes.Current));
                routes.Unpin(_connector);
                return null;
            }

            routes.Pin(_connector);
            return new HandoverPlan(routes, _connector.HasOutdated(routes.Current) ? _factory.Create() : routes.Current, steps);
        }
    }

    /// <summary>Sends new calls through the next generation, except those to addresses where its connections fail.</summary>
    /// <returns>Whether the plan was still valid.</returns>
    public bool TryComplete(HandoverPlan plan, IReadOnlyList<HandoverStep> failed)
    {
        bool isObsolete;
        HandlerGeneration[] released = [];
        using (_changing.EnterScope())
        {
            isObsolete = _disposed || _routes != plan.Routes;
            if (!isObsolete)
            {
                foreach (var step in failed)
                {
                    // It may have been renewed meanwhile.
                    step.Generation = plan.Routes.For(step.Origin.Uri);
                }

                _routes = new CallRoutes(plan.Next, failed);
                released = [.. plan.Routes.Generations.Except(Serving)];
                Array.ForEach(released, _replaced.Add);
                _connector.Report.RecordRotation(failed);
            }
        }

        if (isObsolete)
        {
            if (plan.Next != plan.Routes.Current)
            {
                plan.Next.StopTakingCalls();
                _context.Meter.GenerationEnded(plan.Next.Realm);
            }

            return false;
        }

        // Servers verify a client certificate once for each connection: the next attempt needs another one.
        failed.ToList().ForEach(step => plan.Next.Disconnect(step.Authority));
        if (plan.Next.GetConnections().Length > 0)
        {
            // Otherwise the first connection stops them: see OnOpened.
            _replaced.Stop();
        }

        Array.ForEach(released, OnIdle);

        // AbortUntrusted did not see its connections before.
        AbortUntrusted();
        return true;
    }

    /// <summary>Aborts the connections whose server is no longer trusted. New calls open others.</summary>
    public void AbortUntrusted()
    {
        var untrusted = (from generation in Serving.Concat(_replaced.All).Distinct()
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

    /// <summary>Called when a generation has opened a connection. Stops the generations that it has replaced.</summary>
    /// <remarks>
    /// If the last connection of the channel closed before its successor has connected, Grpc.Net.Client would set the channel to idle
    /// during the handshake. The channel can then become ready without an address, and calls hang.
    /// </remarks>
    public void OnOpened(HandlerGeneration generation, TransportStream connection)
    {
        OnAccepted(generation, connection);
        if (Serving.Contains(generation))
        {
            _replaced.Stop();
        }
    }

    /// <summary>Called when the server has accepted a connection. A handover does not start from others.</summary>
    public void OnAccepted(HandlerGeneration generation, TransportStream connection)
    {
        if (Serving.Contains(generation) && _connector.IsOutdated(connection))
        {
            OpenedOutdated?.Invoke();
        }
    }

    /// <summary>Called whenever a generation may have become idle.</summary>
    public void OnIdle(HandlerGeneration generation) => _replaced.OnIdle(generation);

    public void Dispose()
    {
        HandlerGeneration[] generations;
        using (_changing.EnterScope())
        {
            generations = _disposed ? [] : [.. Serving, .. _replaced.Clear()];
            _disposed = true;
            Release(null);
        }

        _handover.Dispose();
        foreach (var generation in generations)
        {
            generation.Dispose();
            _context.Meter.GenerationEnded(generation.Realm);
        }
    }

    private CallRoutes CreateFirst()
    {
        using (_changing.EnterScope())
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _context.Closed is not { } reason ? _routes ??= new CallRoutes(_factory.Create())
                : throw new HttpRequestException(reason.Message, reason);
        }
    }

    // Under the lock. No address is held back any more.
    private void Release(CallRoutes? routes)
    {
        _routes = routes;
        _context.FailedRotations.Remove(_context);
    }
}
