using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
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
    private readonly ChannelMaker _maker;
    private readonly EndpointSetOptions _options;
    private readonly ILogger _logger;
    private readonly ProbeContext _probes;
    private readonly EndpointDiscovery _discovery;
    private readonly LingeringChannels _lingering;
    private readonly Lock _finding = new();
    private readonly Lock _changing = new();
    private CancellationTokenSource _changed = new();
    private HashSet<(string, string)> _told = [];
    private volatile Tracked _tracked = new([], [], IsComplete: false);
    private volatile Built _built;
    private readonly HashSet<EndpointKey> _leftOut = [];
    private Exception? _failure;
    private int _version;
    private int _isScheduled;
    private int _isSignalling;
    private volatile bool _isDisposed;

    public EndpointSet(RealmRegistry registry, EndpointChannelFactory factory, ChannelMaker maker, LookupContext lookups, IEndpointProbe probe, EndpointSetOptions options, EndpointMeter meter)
    {
        (_registry, _factory, _maker, _options, _logger) = (registry, factory, maker, options, lookups.Logger);
        _probes = new ProbeContext(probe, options, new SemaphoreSlim(options.MaxParallelProbes), lookups.TimeProvider, lookups.Logger, OnChanged);
        _discovery = new EndpointDiscovery(lookups, Schedule);
        _lingering = new LingeringChannels(options.UnhealthyTimeout, lookups.TimeProvider);
        _built = Build(0);
        _factory.Followed += OnFollowed;
        Find();
        if (_failure is not null)
        {
            Dispose();
            ExceptionDispatchInfo.Throw(_failure);
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
        _factory.Followed -= OnFollowed;

        // Without the other lock: a search may hang with the disk its files are on, and sees the flag when it ends.
        lock (_changing)
        {
            foreach (var endpoint in _tracked.Endpoints)
            {
                endpoint.Dispose();
                DisposeOwn(endpoint);
            }

            _tracked = new Tracked([], [], IsComplete: false);
            _lingering.Dispose();
        }

        ThreadPool.UnsafeQueueUserWorkItem(static set => set.DisposeDiscovery(), this, preferLocal: false);
    }

    private void DisposeDiscovery()
    {
        lock (_finding)
        {
            _discovery.Dispose();
        }
    }

    private EndpointSetSnapshot BuildSnapshot()
    {
        var tracked = _tracked;
        ImmutableArray<GrpcEndpoint> endpoints = [.. tracked.Endpoints.Where(endpoint => !endpoint.IsDropped).Select(endpoint => endpoint.Current)];
        return new EndpointSetSnapshot
        {
            Endpoints = endpoints,
            Sources = tracked.Sources,
            NotReadyReason = Readiness.Explain(_options.Readiness, endpoints, _registry.Table, tracked.IsComplete),
        };
    }

    private Built Build(int version) => new(version, BuildSnapshot());

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
        Telling.Safely(() => Interlocked.Exchange(ref _changed, new CancellationTokenSource()).Cancel());
    }

    /// <summary>The configuration has changed: first all channels go by it, then what it names is looked for.</summary>
    private void OnFollowed()
    {
        lock (_changing)
        {
            var table = _registry.Table;
            foreach (var endpoint in _tracked.Endpoints.Where(endpoint => !endpoint.Found.IsListed))
            {
                endpoint.Channel.Follow(table.Find(endpoint.Found.Realm.Name), endpoint.Found.IsGroup);
            }

            _lingering.Follow(table);
        }

        Schedule();
    }

    private void Schedule()
    {
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static set => Telling.Safely(set.Find), this, preferLocal: false);
        }
    }

    private void Find()
    {
        // One at a time, and at most one that waits.
        lock (_finding)
        {
            Volatile.Write(ref _isScheduled, 0);
            if (_isDisposed)
            {
                return;
            }

            var table = _registry.Table;
            var result = _discovery.Find(table);
            var (endpoints, conflicts) = EndpointMerge.Merge(result.Endpoints);
            if (TryApply(table, endpoints, result))
            {
                Tell(conflicts);
                OnChanged(isNews: true);
            }
        }
    }

    /// <returns>Whether it came into force. If the configuration has changed meanwhile, another search is on its way.</returns>
    private bool TryApply(RealmTable table, ImmutableArray<FoundEndpoint> found, DiscoveryResult result)
    {
        lock (_changing)
        {
            if (_isDisposed || table != _registry.Table)
            {
                return false;
            }

            var before = _tracked.Endpoints.ToDictionary(endpoint => endpoint.Found.Key);
            var now = ImmutableArray.CreateBuilder<TrackedEndpoint>(found.Length);
            foreach (var endpoint in found)
            {
                before.TryGetValue(endpoint.Key, out var known);
                if (ChannelFor(endpoint, known, table) is { } channel)
                {
                    before.Remove(endpoint.Key);
                    now.Add(known is null ? new TrackedEndpoint(endpoint, channel, _probes).Start() : Follow(known, endpoint, channel));
                }
            }

            foreach (var gone in before.Values)
            {
                gone.Dispose();
                Release(gone.Found, gone.Channel);
            }

            _tracked = new Tracked(now.DrainToImmutable(), result.Sources, result.IsComplete);
            return true;
        }
    }

    private TrackedEndpoint Follow(TrackedEndpoint known, FoundEndpoint found, EndpointChannel channel)
    {
        if (channel != known.Channel)
        {
            Release(known.Found, known.Channel);
        }

        known.Follow(found, channel);
        return known;
    }

    /// <returns><see langword="null"/> if there can be none: one endpoint should not keep all others from being followed.</returns>
    private EndpointChannel? ChannelFor(FoundEndpoint endpoint, TrackedEndpoint? known, RealmTable table)
    {
        try
        {
            var channel = endpoint.IsListed ? _factory.GetChannel(endpoint.Target)
                : known is { Channel.IsClosed: false } ? known.Channel
                : _lingering.Take(endpoint.Key) ?? CreateChannel(endpoint);
            _leftOut.Remove(endpoint.Key);
            return channel;
        }
        catch (Exception exception)
        {
            // If the configuration has changed meanwhile, that is why, and another search is on its way.
            if (table == _registry.Table && _leftOut.Add(endpoint.Key))
            {
                _failure = exception;
                Telling.Safely(() => _logger.EndpointLeftOut(endpoint.Address, endpoint.Realm.Name, exception.Message));
            }

            return null;
        }
    }

    private EndpointChannel CreateChannel(FoundEndpoint endpoint)
    {
        if (endpoint.IsListed)
        {
            return _factory.GetChannel(endpoint.Target);
        }

        _logger.ChannelCreated(endpoint.Address, endpoint.Realm.Name);
        return endpoint.CreateChannel(_maker);
    }

    // Those of listed endpoints are everybody's.
    private void Release(FoundEndpoint endpoint, EndpointChannel channel)
    {
        if (!endpoint.IsListed)
        {
            _lingering.Add(endpoint, channel);
        }
    }

    private static void DisposeOwn(TrackedEndpoint endpoint)
    {
        if (!endpoint.Found.IsListed)
        {
            endpoint.Channel.Dispose();
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
                Telling.Safely(() => _logger.AddressFoundTwice(owner.Address, owner.Realm.Name, owner.Source, other.Realm.Name, other.Source));
            }
        }

        _told = now;
    }

    private sealed record Tracked(ImmutableArray<TrackedEndpoint> Endpoints, IReadOnlyList<DiscoverySource> Sources, bool IsComplete);

    private sealed record Built(int Version, EndpointSetSnapshot Snapshot);
}
