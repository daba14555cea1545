using EndpointMtls.Async;
using EndpointMtls.Channels;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;

namespace EndpointMtls.Endpoints;

/// <summary>An endpoint in the set: probes it at an interval, and keeps the results. Thread-safe.</summary>
internal sealed class TrackedEndpoint : IDisposable
{
    private readonly ProbeContext _context;
    private readonly CancellationTokenSource _disposal = new();
    private readonly DeferringLock _updating = new();
    private volatile GrpcEndpoint _current;
    private volatile DiscoveredEndpoint _discovered;
    private volatile bool _isDropped;

    public TrackedEndpoint(DiscoveredEndpoint discovered, EndpointChannel channel, ProbeContext context)
    {
        (_context, _discovered, Channel) = (context, discovered, channel);
        _current = Describe(new GrpcEndpoint
        {
            Address = discovered.Address,
            Realm = discovered.Realm.Name,
            Source = discovered.Source,
            Channel = channel.Channel,
        });
        SubscribeToGroup(channel);
        using (_updating.EnterScope())
        {
            // Members found between the first description and the subscription raise no event.
            _current = Describe(_current);
        }
    }

    public GrpcEndpoint Current => _current;

    public DiscoveredEndpoint Discovered => _discovered;

    public EndpointChannel Channel { get; private set; }

    /// <summary>Whether it has been unhealthy for so long that it is hidden. A strict endpoint is never hidden.</summary>
    public bool IsDropped => _isDropped && !_current.IsStrict;

    /// <summary>The name of a group as a source; <see langword="null"/> if it is not a group.</summary>
    public TrackedSource? GroupSource => Channel.Destination is GroupDestination group
        ? TrackedSource.Of(group.Name, _discovered.Realm.Name, group.Result, group.LastSuccess)
        : null;

    public TrackedEndpoint Start()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(RunAsync);
        }

        return this;
    }

    /// <summary>Applies the result of another search. Keeps the health.</summary>
    public TrackedEndpoint Update(DiscoveredEndpoint discovered, EndpointChannel channel)
    {
        using (_updating.EnterScope())
        {
            if (channel != Channel)
            {
                UnsubscribeFromGroup();
                Channel = channel;
                SubscribeToGroup(channel);
            }

            _discovered = discovered;
            _current = Describe(_current);
        }

        return this;
    }

    public void Dispose()
    {
        // Asynchronous, because the cancellation callbacks of a probe may throw or block.
        _ = _disposal.CancelAsync();
        UnsubscribeFromGroup();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                if (!_discovered.Realm.Definition.IsProbed)
                {
                    _isDropped = false;
                    Change(endpoint => endpoint.Health == EndpointHealth.NotProbed
                        ? endpoint
                        : endpoint with { Health = EndpointHealth.NotProbed, LastError = null, LastErrorReason = null });
                }
                else
                {
                    await ProbeAsync().ConfigureAwait(false);
                }

                // The jitter spreads probes that started together.
                var wait = _context.Options.ProbeInterval * (0.9 + (0.2 * Random.Shared.NextDouble()));
                await Task.Delay(wait, _context.TimeProvider, _disposal.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The endpoint was disposed.
        }
    }

    private async Task ProbeAsync()
    {
        await _context.Gate.WaitAsync(_disposal.Token).ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(_context.Options.ProbeTimeout, _context.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _disposal.Token);
        var endpoint = _current;
        using var activity = EndpointActivities.StartProbe(endpoint.Address);
        try
        {
            // A probe may ignore the token.
            var probing = _context.Probe.ProbeAsync(endpoint, linked.Token)
                ?? throw new InvalidOperationException("IEndpointProbe.ProbeAsync returned null. Return a task");
            var result = await probing.WaitOrAbandonAsync(linked.Token).ConfigureAwait(false);
            if (UsedCurrentChannel())
            {
                OnSuccess(result);
            }
        }
        catch (Exception exception)
        {
            _disposal.Token.ThrowIfCancellationRequested();
            if (UsedCurrentChannel())
            {
                OnFailure(timeout.IsCancellationRequested
                    ? ProbeFailure.TimedOut(endpoint, _context.Options.ProbeTimeout)
                    : ProbeFailure.From(endpoint, exception));
            }
        }
        finally
        {
            _context.Gate.Release();
        }

        // The result of a probe is ignored if a changed configuration has replaced or closed its channel, or a caller has disposed it.
        bool UsedCurrentChannel() => endpoint.Channel == _current.Channel && Channel.IsUsable;
    }

    private void OnSuccess(object? result)
    {
        var now = _context.TimeProvider.GetUtcNow();
        _isDropped = false;
        var before = Change(endpoint => endpoint with
        {
            Health = EndpointHealth.Healthy,
            LastCheck = now,
            LastSuccess = now,
            LastError = null,
            LastErrorReason = null,
            ProbeResult = result,
        });
        if (before.Health == EndpointHealth.Unhealthy)
        {
            _context.Logger.EndpointHealthy(before.Address, before.Realm);
        }
    }

    private void OnFailure(ProbeFailure failure)
    {
        var now = _context.TimeProvider.GetUtcNow();
        var mustDrop = !_isDropped
            && _current is { IsStrict: false, LastSuccess: { } success }
            && now - success >= _context.Options.UnhealthyTimeout;
        _isDropped |= mustDrop;
        var before = Change(endpoint => endpoint with
        {
            Health = EndpointHealth.Unhealthy,
            LastCheck = now,
            LastError = failure.Message,
            LastErrorReason = failure.Reason,
        });
        if (before.Health != EndpointHealth.Unhealthy)
        {
            _context.Logger.EndpointUnhealthy(before.Address, before.Realm, failure.Message);
        }

        if (mustDrop)
        {
            _context.OnChanged(true);
            _context.Logger.EndpointLeft(before.Address, before.Realm, Duration.Format(_context.Options.UnhealthyTimeout));
        }
    }

    /// <returns>The endpoint before the change.</returns>
    private GrpcEndpoint Change(Func<GrpcEndpoint, GrpcEndpoint> change)
    {
        GrpcEndpoint before, now;
        using (_updating.EnterScope())
        {
            before = _current;
            _current = now = change(before);
        }

        if (!ReferenceEquals(before, now))
        {
            // A probe with the same result as the last one changes only its time, and is not signaled.
            var isSignificant = (before.Health, before.LastError) != (now.Health, now.LastError)
                || !Equals(before.ProbeResult, now.ProbeResult);
            _context.OnChanged(isSignificant);
        }

        return before;
    }

    private GrpcEndpoint Describe(GrpcEndpoint endpoint) => endpoint with
    {
        Source = _discovered.Source,
        Labels = _discovered.Labels,
        IsStrict = _discovered.Realm.Definition.IsStrict,
        IsGroup = _discovered.IsGroup,
        Members = MembersOf(Channel),
        Channel = Channel.Channel,
        DescribeNow = Channel.Describe,
    };

    private void SubscribeToGroup(EndpointChannel channel)
    {
        if (channel.Destination is GroupDestination group)
        {
            group.LookedUp += OnGroupLookedUp;
        }
    }

    private void UnsubscribeFromGroup()
    {
        if (Channel.Destination is GroupDestination group)
        {
            group.LookedUp -= OnGroupLookedUp;
        }
    }

    private void OnGroupLookedUp(bool hasChanged)
    {
        if (hasChanged)
        {
            Change(endpoint => endpoint with { Members = MembersOf(Channel) });
        }

        _context.OnChanged(hasChanged);
    }

    private static IReadOnlyList<string> MembersOf(EndpointChannel channel) => channel.Destination is GroupDestination group
        ? [.. group.Result.Addresses.Select(discovered => discovered.Address.ToString())]
        : [];
}
