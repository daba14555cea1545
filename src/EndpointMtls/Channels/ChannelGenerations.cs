using System.Collections.Immutable;
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
    private HandlerGeneration? _current;

    // Addresses whose calls stay on an earlier generation, because connections of the current one fail there.
    private volatile ImmutableDictionary<Authority, HandoverStep> _held = ImmutableDictionary<Authority, HandoverStep>.Empty;
    private bool _disposed;

    /// <param name="context">The state of the channel.</param>
    /// <param name="connector">Opens the connections.</param>
    /// <param name="template">The handler whose callback dials.</param>
    public ChannelGenerations(ChannelContext context, EndpointConnector connector, SocketsHttpHandler template)
    {
        (_context, _connector) = (context, connector);
        _factory = new GenerationFactory(context, connector, template, this);
        _replaced = new ReplacedGenerations(context, connector.Report);
        Handover = new GenerationHandover(this, context, connector.Report);
    }

    /// <summary>Moves calls to connections with new certificates.</summary>
    public GenerationHandover Handover { get; }

    /// <summary>Raised when a connection has opened whose certificates are no longer in use.</summary>
    public event Action? OpenedOutdated;

    /// <summary>The number of open connections of replaced generations.</summary>
    public int DrainingConnections => _replaced.All.Sum(generation => generation.GetConnections().Length);

    /// <summary>Whether new calls are rejected and the last connection has closed.</summary>
    public bool HasDrained => _context.Closed is not null && _replaced.All.Length == 0;

    private bool IsGroup => _context.Destination is GroupDestination;

    // Those that take calls, each once. Under the lock.
    private IEnumerable<HandlerGeneration> Serving =>
        _current is null ? [] : _held.Values.Select(step => step.Generation).Append(_current).Distinct();

    /// <summary>The generation for a call.</summary>
    /// <exception cref="HttpRequestException">The channel is closed.</exception>
    public HandlerGeneration For(Uri uri)
    {
        while (true)
        {
            var held = _held;
            var generation = !held.IsEmpty && held.TryGetValue(Authority.Of(uri), out var step)
                ? step.Generation
                : Volatile.Read(ref _current) ?? CreateFirst();

            // Complete changes both. The current generation fails where another one is held.
            if (held == _held)
            {
                return generation;
            }
        }
    }

    /// <summary>Sends new calls through a new generation. Running calls may finish on the old one within the drain timeout.</summary>
    public void Rotate()
    {
        HandlerGeneration[] old;
        using (_changing.EnterScope())
        {
            // A generation without connections makes them with the certificates of that time.
            if (_disposed || _current is null || (_current.IsIdle && _held.IsEmpty))
            {
                return;
            }

            old = [.. Serving];
            Array.ForEach(old, _replaced.Add);
            Release();
            Volatile.Write(ref _current, _factory.Create());
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
            foreach (var step in _held.Values.Where(step => step.Generation == generation))
            {
                step.Generation = next;
            }

            if (generation == _current)
            {
                Volatile.Write(ref _current, next);
            }
        }

        OnIdle(generation);
    }

    /// <summary>Replaces all generations by others that present the same certificates, and have the current channel settings.</summary>
    public void RenewAll()
    {
        HandlerGeneration[] serving;
        using (_changing.EnterScope())
        {
            Pin();
            serving = [.. Serving];
        }

        Array.ForEach(serving, Renew);
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
            Release();
            Volatile.Write(ref _current, null);
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
            RotateIfUnderOtherRules();
            mustMove = !_held.IsEmpty || Serving.Any(HasOutdated);
            if (!mustMove)
            {
                Unpin();
            }
        }

        if (mustMove)
        {
            Handover.Start();
        }
    }

    /// <summary>Lets new connections present what the open ones of their generation do, until <see cref="RotateIfOutdated"/>.</summary>
    public void Pin()
    {
        using (_changing.EnterScope())
        {
            foreach (var generation in Serving)
            {
                generation.Pin(_connector.IsOutdated);
            }
        }
    }

    /// <summary>Prepares a generation for the certificates in use.</summary>
    /// <returns><see langword="null"/> if no connection that takes calls is outdated.</returns>
    public HandoverPlan? PlanHandover()
    {
        using (_changing.EnterScope())
        {
            // RotateIfOutdated did not see the connections of a generation that was not current yet.
            RotateIfUnderOtherRules();
            if (_disposed || _current is not { } current)
            {
                return null;
            }

            var outdated = from connection in current.GetConnections()
                           where connection.IsAccepted && _connector.IsOutdated(connection) && !_held.ContainsKey(connection.Authority)
                           let isGone = connection.Origin!.IsGone
                           where !isGone || !IsGroup
                           orderby isGone
                           select new HandoverStep(current, connection);
            List<HandoverStep> steps = [.. _held.Values.Where(IsUsed), .. outdated.DistinctBy(step => step.Authority)];
            if (steps.Count == 0)
            {
                Release();
                Unpin();
                return null;
            }

            Pin();
            return new HandoverPlan(current, HasOutdated(current) ? _factory.Create() : current, steps);
        }
    }

    /// <summary>Sends new calls through the next generation, except those to addresses where its connections fail.</summary>
    /// <returns>Whether the plan was carried out. If other generations have replaced the current one, it is not.</returns>
    public bool Complete(HandoverPlan plan, IReadOnlyList<HandoverStep> failed)
    {
        bool isObsolete;
        HandlerGeneration[] released = [];
        using (_changing.EnterScope())
        {
            isObsolete = _disposed || _current != plan.Current;
            if (!isObsolete)
            {
                // The order matters: see For.
                var before = Serving.ToList();
                _held = _held.SetItems(failed.Select(step => KeyValuePair.Create(step.Authority, step)));
                Volatile.Write(ref _current, plan.Next);
                Hold(failed);
                released = [.. before.Except(Serving)];
                Array.ForEach(released, _replaced.Add);
            }
        }

        if (isObsolete)
        {
            if (plan.Next != plan.Current)
            {
                plan.Next.StopTakingCalls();
                _context.Meter.GenerationEnded(plan.Next.Realm);
            }

            return false;
        }

        // Servers verify a client certificate once for each connection: the next attempt needs another one.
        var rejected = plan.Next.GetConnections().Where(connection => failed.Any(step => step.Authority == connection.Authority));
        Array.ForEach([.. rejected], connection => connection.Dispose());
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

    /// <summary>Forgets that a rotation has failed, if no calls stay on an earlier generation any more.</summary>
    public void RemoveFailureUnlessHeld()
    {
        using (_changing.EnterScope())
        {
            if (_held.IsEmpty)
            {
                _context.FailedRotations.Remove(_context);
            }
        }
    }

    /// <summary>Aborts the connections whose server is no longer trusted. New calls open others.</summary>
    public void AbortUntrusted()
    {
        HandlerGeneration[] generations;
        using (_changing.EnterScope())
        {
            generations = [.. _replaced.All, .. Serving];
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

    /// <summary>Called when a generation has opened a connection. Stops the generations that it has replaced.</summary>
    /// <remarks>
    /// If the last connection of the channel closed before its successor has connected, Grpc.Net.Client would set the channel to idle
    /// during the handshake. The channel can then become ready without an address, and calls hang.
    /// </remarks>
    public void OnOpened(HandlerGeneration generation, TransportStream connection)
    {
        OnAccepted(generation, connection);
        if (IsServing(generation))
        {
            _replaced.Stop();
        }
    }

    /// <summary>Called when the server has accepted a connection. A handover does not start from others.</summary>
    public void OnAccepted(HandlerGeneration generation, TransportStream connection)
    {
        if (IsServing(generation) && _connector.IsOutdated(connection))
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
            Release();
        }

        Handover.Dispose();
        foreach (var generation in generations)
        {
            generation.Dispose();
            _context.Meter.GenerationEnded(generation.Realm);
        }
    }

    private HandlerGeneration CreateFirst()
    {
        using (_changing.EnterScope())
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _context.Closed is { } reason
                ? throw new HttpRequestException(reason.Message, reason)
                : _current ??= _factory.Create();
        }
    }

    private bool IsServing(HandlerGeneration generation)
    {
        using (_changing.EnterScope())
        {
            return Serving.Contains(generation);
        }
    }

    private bool HasOutdated(HandlerGeneration generation) => generation.GetConnections().Any(_connector.IsOutdated);

    /// <summary>Whether the channel still uses the address of a step. Finds its new subchannel if the balancer has replaced it.</summary>
    private bool IsUsed(HandoverStep step)
    {
        if (!step.Origin.IsGone)
        {
            return true;
        }

        var other = step.Generation.GetConnections()
            .FirstOrDefault(connection => connection.Authority == step.Authority && !connection.Origin!.IsGone);
        step.Origin = other?.Origin ?? step.Origin;

        // The subchannel of a host is replaced whenever its last connection closes.
        return other is not null || !IsGroup;
    }

    // Under the lock. The generations that are held may have no open connection.
    private void RotateIfUnderOtherRules()
    {
        var outdated = Serving.SelectMany(generation => generation.GetConnections()).Where(_connector.IsOutdated);
        if (outdated.Any(_connector.IsUnderOtherRules)
            || _held.Values.Any(
                step => step.Generation.Pinned is { } pinned && _connector.IsUnderOtherRules(pinned.Provider, pinned.Material)))
        {
            Rotate();
        }
    }

    // A generation without outdated connections makes them with the certificates in use. Under the lock.
    private void Unpin()
    {
        foreach (var generation in Serving.Where(generation => !HasOutdated(generation)))
        {
            generation.Unpin();
        }
    }

    private void Release()
    {
        Hold([]);
        _context.FailedRotations.Remove(_context);
    }

    private void Hold(IReadOnlyCollection<HandoverStep> steps) => _held = steps.ToImmutableDictionary(step => step.Authority);
}
