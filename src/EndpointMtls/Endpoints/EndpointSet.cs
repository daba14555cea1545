using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using EndpointMtls.Async;
using EndpointMtls.Channels;
using EndpointMtls.Discovery;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Endpoints;

/// <summary>Holds what is discovered against what is there, and gives every endpoint its channel and its probes.</summary>
internal sealed class EndpointSet : IEndpointSet, IDisposable
{
    private readonly RealmRegistry _registry;
    private readonly EndpointChannelFactory _factory;
    private readonly EndpointSetOptions _options;
    private readonly ILogger _logger;
    private readonly ProbeContext _probes;
    private readonly EndpointDiscovery _discovery;
    private readonly EndpointChannels _channels;
    private readonly DeferringLock _changing = new();
    private CancellationTokenSource _changed = new();
    private HashSet<(string, string)> _told = [];
    private volatile Tracked _tracked = new([], [], IsComplete: false);
    private volatile Built _built;
    private volatile bool _hasBeenReady;
    private volatile bool _isDisposed;
    private int _version;

    // The searches that were asked for and have not been made. Zero means that none is running.
    private int _searches;
    private int _isSignalling;

    public EndpointSet(RealmRegistry registry, EndpointChannelFactory factory, EndpointChannelBuilder maker, LookupContext lookups, IEndpointProbe probe, EndpointSetOptions options, EndpointMeter meter)
    {
        (_registry, _factory, _options, _logger) = (registry, factory, options, lookups.Logger);
        _probes = new ProbeContext(probe, options, new SemaphoreSlim(options.MaxParallelProbes), lookups.TimeProvider, lookups.Logger, OnChanged);
        _discovery = new EndpointDiscovery(lookups, Schedule);
        _channels = new EndpointChannels(registry, factory, maker, new LingeringChannels(options.UnhealthyTimeout, lookups.TimeProvider), lookups.Logger);
        _built = Build(0);
        var table = registry.Table;
        _searches = 1;
        Find();
        _factory.ChannelsUpdated += OnFollowed;
        if (table != registry.Table)
        {
            OnFollowed();
        }

        if (_channels.Failure is { } failure)
        {
            Dispose();
            ExceptionDispatchInfo.Throw(failure);
        }

        meter.ObserveEndpoints(() => Current.Endpoints.CountBy(endpoint => (endpoint.Realm, endpoint.Health)));
    }

    public EndpointSetSnapshot Current
    {
        get
        {
            // Built when somebody reads it: thousands of probes a second should not each make a list of thousands.
            var version = Volatile.Read(ref _version);
            var built = _built;
            return (built.Version == version ? built : _built = Build(version)).Snapshot;
        }
    }

    public IChangeToken GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    public void Dispose()
    {
        _isDisposed = true;
        _factory.ChannelsUpdated -= OnFollowed;

        // Without waiting for a search: it may hang with the disk its files are on, and sees the flag when it ends.
        using (_changing.EnterScope())
        {
            foreach (var endpoint in _tracked.Endpoints)
            {
                endpoint.Dispose();
                EndpointChannels.Dispose(endpoint);
            }

            _tracked = new Tracked([], [], IsComplete: false);
            Interlocked.Increment(ref _version);
            _channels.Dispose();
        }

        Schedule();
    }

    private Built Build(int version)
    {
        var tracked = _tracked;
        ImmutableArray<GrpcEndpoint> endpoints = [.. tracked.Endpoints.Where(endpoint => !endpoint.IsDropped).Select(endpoint => endpoint.Current)];
        var reason = _hasBeenReady ? null : Readiness.Explain(_options.Readiness, endpoints, _registry.Table, tracked.IsComplete);

        // Once and for all: what dies later should not take whoever asks the others out of service as well.
        _hasBeenReady |= reason is null;
        return new Built(version, new EndpointSetSnapshot
        {
            Endpoints = endpoints,
            Sources = [.. tracked.Sources, .. tracked.Endpoints.Select(endpoint => endpoint.GroupSource).OfType<DiscoverySource>()],
            NotReadyReason = reason,
        });
    }

    private void OnChanged(bool isNews)
    {
        Interlocked.Increment(ref _version);
        if (isNews && Interlocked.Exchange(ref _isSignalling, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static set => set.Signal(), this, preferLocal: false);
        }
    }

    private void Signal()
    {
        Volatile.Write(ref _isSignalling, 0);
        _ = Current; // So that nobody needs to look at the right moment to have it count as ready.
        BestEffort.Run(() => Interlocked.Exchange(ref _changed, new CancellationTokenSource()).Cancel());
    }

    /// <summary>The configuration has changed: first all channels go by it, then what it names is looked for.</summary>
    private void OnFollowed()
    {
        using (_changing.EnterScope())
        {
            _channels.Follow(_tracked.Endpoints);
        }

        Schedule();
    }

    private void Schedule()
    {
        // The search that is running is followed by another.
        if (Interlocked.Increment(ref _searches) == 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static set => BestEffort.Run(set.Find), this, preferLocal: false);
        }
    }

    /// <summary>Makes the searches that were asked for, one at a time. No lock is held, because users configure the channels that it creates.</summary>
    private void Find()
    {
        var seen = 0;
        try
        {
            do
            {
                seen = Volatile.Read(ref _searches);
                FindOnce();
            }
            while (Interlocked.CompareExchange(ref _searches, 0, seen) != seen);
        }
        catch
        {
            if (Interlocked.Exchange(ref _searches, 0) > seen)
            {
                // A search that was asked for meanwhile is still to be made.
                Schedule();
            }

            throw;
        }
    }

    private void FindOnce()
    {
        if (_isDisposed)
        {
            _discovery.Dispose();
            return;
        }

        var table = _registry.Table;
        var result = _discovery.Find(table);
        var (endpoints, conflicts) = EndpointMerge.Merge(result.Endpoints);
        if (TryApply(table, WithChannels(endpoints, table), result))
        {
            Tell(conflicts);
            OnChanged(isNews: true);
        }
    }

    /// <summary>Gets the channel of each endpoint; leaves out those that there can be none for.</summary>
    private List<(DiscoveredEndpoint Found, EndpointChannel Channel)> WithChannels(ImmutableArray<DiscoveredEndpoint> found, RealmTable table)
    {
        var known = _tracked.Endpoints.ToDictionary(endpoint => endpoint.Found.Key, endpoint => endpoint.Channel);
        var pairs = found.TakeWhile(_ => !_isDisposed).Select(endpoint => (Found: endpoint, Channel: _channels.For(endpoint, known.GetValueOrDefault(endpoint.Key), table)));
        var withChannels = pairs.Where(pair => pair.Channel is not null).Select(pair => (pair.Found, pair.Channel!)).ToList();
        _channels.Forget(found);
        return withChannels;
    }

    /// <returns>Whether it came into force. If the configuration has changed meanwhile, another search is on its way.</returns>
    private bool TryApply(RealmTable table, List<(DiscoveredEndpoint Found, EndpointChannel Channel)> found, DiscoveryResult result)
    {
        using (_changing.EnterScope())
        {
            var before = _tracked.Endpoints.ToDictionary(endpoint => endpoint.Found.Key);
            var fresh = found.Where(pair => before.GetValueOrDefault(pair.Found.Key)?.Channel != pair.Channel).ToList();

            // A change of the configuration may have passed them by while they belonged to nobody.
            fresh.ForEach(pair => _channels.Follow(pair.Found, pair.Channel));
            if (_isDisposed || table != _registry.Table)
            {
                fresh.ForEach(pair => _channels.Release(pair.Found, pair.Channel));
                return false;
            }

            var now = ImmutableArray.CreateBuilder<TrackedEndpoint>(found.Count);
            foreach (var (endpoint, channel) in found)
            {
                if (before.Remove(endpoint.Key, out var known) && known.Channel != channel)
                {
                    _channels.Release(endpoint, known.Channel);
                }

                now.Add(known?.Follow(endpoint, channel) ?? new TrackedEndpoint(endpoint, channel, _probes).Start());
            }

            foreach (var gone in before.Values)
            {
                gone.Dispose();
                _channels.Release(gone.Found, gone.Channel);
            }

            _tracked = new Tracked(now.DrainToImmutable(), result.Sources, result.IsComplete);
            if (fresh.Exists(pair => pair.Channel.IsClosed))
            {
                // It could not follow the change: the next search gets another.
                Schedule();
            }

            return true;
        }
    }

    private void Tell(ImmutableArray<EndpointConflict> conflicts)
    {
        var now = new HashSet<(string, string)>();
        foreach (var (owner, other) in conflicts)
        {
            now.Add((other.Address, other.Realm.Name));
            if (!_told.Contains((other.Address, other.Realm.Name)))
            {
                _logger.AddressFoundTwice(owner.Address, owner.Realm.Name, owner.Source, other.Realm.Name, other.Source);
            }
        }

        _told = now;
    }

    private sealed record Tracked(ImmutableArray<TrackedEndpoint> Endpoints, IReadOnlyList<DiscoverySource> Sources, bool IsComplete);

    private sealed record Built(int Version, EndpointSetSnapshot Snapshot);
}
