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

/// <summary>Keeps the set equal to what realms list and discover. Gives each endpoint its channel, and probes it.</summary>
internal sealed class EndpointSet : IEndpointSet, IDisposable
{
    private readonly RealmRegistry _registry;
    private readonly EndpointChannelFactory _factory;
    private readonly EndpointChannelBuilder _builder;
    private readonly EndpointSetOptions _options;
    private readonly ILogger _logger;
    private readonly ProbeContext _probes;
    private readonly EndpointDiscovery _discovery;
    private readonly EndpointChannels _channels;
    private readonly DeferringLock _updating = new();
    private readonly ChangeSignal _changed = new();
    private HashSet<(string Address, string Realm)> _loggedConflicts = [];
    private volatile TrackedSet _tracked = TrackedSet.Empty;
    private volatile CachedSnapshot _cached;
    private volatile bool _hasBeenReady;
    private volatile bool _isDisposed;
    private int _version;

    // The number of requested searches. 0 if none is running or requested.
    private int _searches;
    private int _isSignaling;

    public EndpointSet(
        RealmRegistry registry,
        EndpointChannelFactory factory,
        EndpointChannelBuilder builder,
        LookupContext lookups,
        IEndpointProbe probe,
        EndpointSetOptions options,
        EndpointMeter meter)
    {
        (_registry, _factory, _builder, _options, _logger) = (registry, factory, builder, options, lookups.Logger);
        var gate = new SemaphoreSlim(options.MaxParallelProbes);
        _probes = new ProbeContext(probe, options, gate, lookups.TimeProvider, lookups.Logger, OnEndpointChanged);
        _discovery = new EndpointDiscovery(lookups, OnDiscoveryRefreshed);
        var lingering = new LingeringChannels(options.UnhealthyTimeout, lookups.TimeProvider);
        _channels = new EndpointChannels(registry, factory, builder, lingering, lookups.Logger);
        _cached = Build(0);
        var table = registry.Table;
        _searches = 1;
        Search();
        _factory.ChannelsUpdated += OnConfigurationChanged;
        _builder.ChannelDisposed += OnChannelDisposed;
        if (table != registry.Table)
        {
            OnConfigurationChanged();
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
            // Built by readers, and not after each probe: with thousands of endpoints, that would be quadratic.
            var version = Volatile.Read(ref _version);
            var cached = _cached;
            return (cached.Version == version ? cached : _cached = Build(version)).Snapshot;
        }
    }

    public IChangeToken GetChangeToken() => _changed.Token;

    public void Dispose()
    {
        _isDisposed = true;
        _factory.ChannelsUpdated -= OnConfigurationChanged;
        _builder.ChannelDisposed -= OnChannelDisposed;

        // Does not wait for a running search, which may hang on a slow disk. The search checks the flag when it ends.
        using (_updating.EnterScope())
        {
            foreach (var endpoint in _tracked.Endpoints)
            {
                endpoint.Dispose();
                EndpointChannels.Dispose(endpoint);
            }

            _tracked = TrackedSet.Empty;
            Interlocked.Increment(ref _version);
            _channels.Dispose();
        }

        Schedule();
    }

    private CachedSnapshot Build(int version)
    {
        var snapshot = _tracked.Describe(_hasBeenReady ? null : _options.Readiness, _registry.Table);

        // Once ready, the set stays ready: a later failure must not take a service that calls the other endpoints out of rotation.
        _hasBeenReady |= snapshot.IsReady;
        return new CachedSnapshot(version, snapshot);
    }

    // A refresh without a change only makes the last snapshot outdated, as a probe does: its sources have the time of their last success.
    private void OnDiscoveryRefreshed(bool hasChanged)
    {
        if (hasChanged)
        {
            Schedule();
        }
        else
        {
            OnEndpointChanged(isSignificant: false);
        }
    }

    /// <param name="isSignificant">Whether the change token signals: see <see cref="IEndpointSet.GetChangeToken"/>.</param>
    private void OnEndpointChanged(bool isSignificant)
    {
        Interlocked.Increment(ref _version);
        if (isSignificant && Interlocked.Exchange(ref _isSignaling, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static set => set.Signal(), this, preferLocal: false);
        }
    }

    private void Signal()
    {
        Volatile.Write(ref _isSignaling, 0);
        _ = Current; // Records readiness, even if no caller reads the set while it is ready.
        BestEffort.Run(_changed.Signal);
    }

    private void OnConfigurationChanged()
    {
        using (_updating.EnterScope())
        {
            _channels.ApplyConfiguration(_tracked.Endpoints);
        }

        Schedule();
    }

    // A search gives the endpoint another channel.
    private void OnChannelDisposed(EndpointChannel channel)
    {
        if (_tracked.Endpoints.Any(endpoint => endpoint.Channel == channel))
        {
            Schedule();
        }
    }

    private void Schedule()
    {
        // A running search is followed by another one.
        if (Interlocked.Increment(ref _searches) == 1)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static set => BestEffort.Run(set.Search), this, preferLocal: false);
        }
    }

    /// <summary>Runs the requested searches, one at a time. Holds no lock, because code of the user configures new channels.</summary>
    private void Search()
    {
        var requested = 0;
        try
        {
            do
            {
                requested = Volatile.Read(ref _searches);
                SearchOnce();
            }
            while (Interlocked.CompareExchange(ref _searches, 0, requested) != requested);
        }
        catch
        {
            if (Interlocked.Exchange(ref _searches, 0) > requested)
            {
                // Another search was requested in the meantime.
                Schedule();
            }

            throw;
        }
    }

    private void SearchOnce()
    {
        if (_isDisposed)
        {
            _discovery.Dispose();
            return;
        }

        var table = _registry.Table;
        var result = _discovery.Discover(table);
        var (endpoints, conflicts) = EndpointMerge.Merge(result.Endpoints);
        if (TryApply(table, WithChannels(endpoints, table), result))
        {
            LogConflicts(conflicts);
            OnEndpointChanged(isSignificant: true);
        }
    }

    /// <summary>Returns the endpoints with their channels. Leaves out endpoints whose channel cannot be created.</summary>
    private List<(DiscoveredEndpoint Discovered, EndpointChannel Channel)> WithChannels(
        ImmutableArray<DiscoveredEndpoint> discovered, RealmTable table)
    {
        var current = _tracked.Endpoints.ToDictionary(endpoint => endpoint.Discovered.Key, endpoint => endpoint.Channel);
        var withChannels = new List<(DiscoveredEndpoint Discovered, EndpointChannel Channel)>(discovered.Length);
        foreach (var endpoint in discovered.TakeWhile(_ => !_isDisposed))
        {
            if (_channels.GetOrCreate(endpoint, current.GetValueOrDefault(endpoint.Key), table) is { } channel)
            {
                withChannels.Add((endpoint, channel));
            }
        }

        _channels.ForgetFailuresExcept(discovered);
        return withChannels;
    }

    /// <returns>Whether the result was applied. It is not if the configuration has changed: another search is then scheduled.</returns>
    private bool TryApply(
        RealmTable table, List<(DiscoveredEndpoint Discovered, EndpointChannel Channel)> endpoints, DiscoveryResult result)
    {
        using (_updating.EnterScope())
        {
            var before = _tracked.Endpoints.ToDictionary(endpoint => endpoint.Discovered.Key);
            var added = endpoints.Where(pair => before.GetValueOrDefault(pair.Discovered.Key)?.Channel != pair.Channel).ToList();

            // A change of the configuration skips channels that are not yet in the set.
            added.ForEach(pair => _channels.ApplyConfiguration(pair.Discovered, pair.Channel));
            if (_isDisposed || table != _registry.Table)
            {
                added.ForEach(pair => _channels.Release(pair.Discovered, pair.Channel));
                return false;
            }

            var now = ImmutableArray.CreateBuilder<TrackedEndpoint>(endpoints.Count);
            foreach (var (endpoint, channel) in endpoints)
            {
                if (before.Remove(endpoint.Key, out var tracked) && tracked.Channel != channel)
                {
                    _channels.Release(endpoint, tracked.Channel);
                }

                now.Add(tracked?.Update(endpoint, channel) ?? new TrackedEndpoint(endpoint, channel, _probes).Start());
            }

            foreach (var removed in before.Values)
            {
                removed.Dispose();
                _channels.Release(removed.Discovered, removed.Channel);
            }

            _tracked = new TrackedSet(now.DrainToImmutable(), result.Sources, HasSearched: true);
            if (added.Exists(pair => !pair.Channel.IsUsable))
            {
                // The configuration cannot be applied to this channel, or a caller has disposed it. The next search creates another one.
                Schedule();
            }

            return true;
        }
    }

    private void LogConflicts(ImmutableArray<EndpointConflict> conflicts)
    {
        var now = new HashSet<(string Address, string Realm)>();
        foreach (var (owner, other) in conflicts)
        {
            now.Add((other.Address, other.Realm.Name));
            if (!_loggedConflicts.Contains((other.Address, other.Realm.Name)))
            {
                _logger.AddressConflict(owner.Address, owner.Realm.Name, owner.Source, other.Realm.Name, other.Source);
            }
        }

        _loggedConflicts = now;
    }

    private sealed record CachedSnapshot(int Version, EndpointSetSnapshot Snapshot);
}
