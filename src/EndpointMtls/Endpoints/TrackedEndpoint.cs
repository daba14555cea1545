using EndpointMtls.Async;
using EndpointMtls.Channels;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;

namespace EndpointMtls.Endpoints;

/// <summary>One endpoint for as long as it is found: probes it, and knows what became of that.</summary>
internal sealed class TrackedEndpoint : IDisposable
{
    private readonly ProbeContext _context;
    private readonly CancellationTokenSource _ending = new();
    private readonly DeferringLock _writing = new();
    private volatile GrpcEndpoint _current;
    private volatile DiscoveredEndpoint _found;
    private volatile bool _isDropped;

    public TrackedEndpoint(DiscoveredEndpoint found, EndpointChannel channel, ProbeContext context)
    {
        (_context, _found, Channel) = (context, found, channel);
        _current = Describe(new GrpcEndpoint { Address = found.Address, Realm = found.Realm.Name, Source = found.Source, Channel = channel.Channel });
        FollowGroup(channel);
        using (_writing.EnterScope())
        {
            // What was found between the first look and the subscription would not be told again.
            _current = Describe(_current);
        }
    }

    /// <summary>As it is now.</summary>
    public GrpcEndpoint Current => _current;

    public DiscoveredEndpoint Found => _found;

    public EndpointChannel Channel { get; private set; }

    /// <summary>Whether it has failed for so long that it is not shown any more. A strict one is always shown.</summary>
    public bool IsDropped => _isDropped && !_current.IsStrict;

    /// <summary>What the lookups of a group have found; <see langword="null"/> for others.</summary>
    public DiscoverySource? GroupSource => Channel.Destination is GroupDestination { State: var state } group
        ? new DiscoverySource { Name = group.Name, Realm = _found.Realm.Name, Count = state.Addresses.Length, LastSuccess = state.LastSuccess, LastError = state.Error }
        : null;

    public TrackedEndpoint Start()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(RunAsync);
        }

        return this;
    }

    /// <summary>Goes on with how it is found now.</summary>
    public TrackedEndpoint Follow(DiscoveredEndpoint found, EndpointChannel channel)
    {
        using (_writing.EnterScope())
        {
            if (channel != Channel)
            {
                UnfollowGroup();
                Channel = channel;
                FollowGroup(channel);
            }

            _found = found;
            _current = Describe(_current);
        }

        return this;
    }

    public void Dispose()
    {
        // What a probe has registered for that runs elsewhere: it may throw, or take its time.
        _ = _ending.CancelAsync();
        UnfollowGroup();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                if (!_found.Realm.Definition.IsProbed)
                {
                    _isDropped = false;
                    Update(endpoint => endpoint.Health == EndpointHealth.NotProbed ? endpoint : endpoint with { Health = EndpointHealth.NotProbed, LastError = null, LastErrorReason = null });
                }
                else
                {
                    await ProbeAsync().ConfigureAwait(false);
                }

                // So that those that began together do not stay together.
                await Task.Delay(_context.Options.ProbeInterval * (0.9 + (0.2 * Random.Shared.NextDouble())), _context.TimeProvider, _ending.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // It was disposed.
        }
    }

    private async Task ProbeAsync()
    {
        await _context.Gate.WaitAsync(_ending.Token).ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(_context.Options.ProbeTimeout, _context.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _ending.Token);
        var endpoint = _current;
        try
        {
            // A probe need not heed the token.
            var asked = _context.Probe.ProbeAsync(endpoint, either.Token) ?? throw new InvalidOperationException("the probe returned no task");
            var result = await asked.WaitOrAbandonAsync(either.Token).ConfigureAwait(false);
            if (IsAboutNow())
            {
                Succeeded(result);
            }
        }
        catch (Exception exception)
        {
            _ending.Token.ThrowIfCancellationRequested();
            if (IsAboutNow())
            {
                Failed(timeout.IsCancellationRequested ? ProbeFailure.TimedOut(endpoint, _context.Options.ProbeTimeout) : ProbeFailure.From(endpoint, exception));
            }
        }
        finally
        {
            _context.Gate.Release();
        }

        // What was asked over a channel that the configuration has replaced says nothing of the endpoint, good or bad.
        bool IsAboutNow() => endpoint.Channel == _current.Channel && !Channel.IsClosed;
    }

    private void Succeeded(object? result)
    {
        var now = _context.TimeProvider.GetUtcNow();
        _isDropped = false;
        var before = Update(endpoint => endpoint with { Health = EndpointHealth.Healthy, LastCheck = now, LastSuccess = now, LastError = null, LastErrorReason = null, ProbeResult = result });
        if (before.Health == EndpointHealth.Unhealthy)
        {
            _context.Logger.EndpointUp(before.Address, before.Realm);
        }
    }

    private void Failed(ProbeFailure failure)
    {
        var now = _context.TimeProvider.GetUtcNow();
        var mustDrop = !_isDropped && _current is { IsStrict: false, LastSuccess: { } success } && now - success >= _context.Options.UnhealthyTimeout;
        _isDropped |= mustDrop;
        var before = Update(endpoint => endpoint with { Health = EndpointHealth.Unhealthy, LastCheck = now, LastError = failure.Message, LastErrorReason = failure.Reason });
        if (before.Health != EndpointHealth.Unhealthy)
        {
            _context.Logger.EndpointDown(before.Address, before.Realm, failure.Message);
        }

        if (mustDrop)
        {
            _context.OnChanged(true);
            _context.Logger.EndpointDropped(before.Address, before.Realm, Duration.Format(_context.Options.UnhealthyTimeout));
        }
    }

    /// <returns>How it was before.</returns>
    private GrpcEndpoint Update(Func<GrpcEndpoint, GrpcEndpoint> change)
    {
        GrpcEndpoint before, now;
        using (_writing.EnterScope())
        {
            before = _current;
            _current = now = change(before);
        }

        if (!ReferenceEquals(before, now))
        {
            // That another probe went as the one before is none.
            var isNews = (before.Health, before.LastError) != (now.Health, now.LastError) || !Equals(before.ProbeResult, now.ProbeResult);
            _context.OnChanged(isNews);
        }

        return before;
    }

    private GrpcEndpoint Describe(GrpcEndpoint endpoint) => endpoint with
    {
        Source = _found.Source,
        Labels = _found.Labels,
        IsStrict = _found.Realm.Definition.IsStrict,
        IsGroup = _found.IsGroup,
        Members = MembersOf(Channel),
        Channel = Channel.Channel,
        DescribeNow = Channel.Describe,
    };

    private void FollowGroup(EndpointChannel channel)
    {
        if (channel.Destination is GroupDestination group)
        {
            group.Changed += OnLookedUp;
        }
    }

    private void UnfollowGroup()
    {
        if (Channel.Destination is GroupDestination group)
        {
            group.Changed -= OnLookedUp;
        }
    }

    private void OnLookedUp()
    {
        Update(endpoint => endpoint with { Members = MembersOf(Channel) });
        _context.OnChanged(true);
    }

    private static IReadOnlyList<string> MembersOf(EndpointChannel channel) =>
        channel.Destination is GroupDestination group ? [.. group.State.Addresses.Select(found => found.Address.ToString())] : [];
}
