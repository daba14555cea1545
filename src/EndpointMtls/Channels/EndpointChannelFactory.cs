using System.Collections.Concurrent;
using EndpointMtls.Addressing;
using EndpointMtls.Async;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Channels;

/// <summary>Finds the realm of an address, keeps one channel for it, and has that follow the configuration.</summary>
internal sealed class EndpointChannelFactory : IEndpointChannelFactory, IDisposable
{
    private readonly RealmRegistry _registry;
    private readonly EndpointChannelBuilder _maker;
    private readonly ILogger _logger;
    private readonly IDisposable _subscription;
    private readonly DeferringLock _changing = new();
    private readonly Dictionary<string, Kept> _channels = new(StringComparer.Ordinal);

    // Those that take no more calls, for as long as some are running.
    private readonly HashSet<EndpointChannel> _closed = [];

    // Spellings as callers write them: a hit parses nothing.
    private readonly ConcurrentDictionary<string, EndpointChannel> _bySpelling = new(StringComparer.Ordinal);
    private volatile bool _disposed;

    public EndpointChannelFactory(RealmRegistry registry, EndpointChannelBuilder maker, ILoggerFactory loggerFactory)
    {
        (_registry, _maker) = (registry, maker);
        _logger = DeferringLogger.Create<EndpointChannelFactory>(loggerFactory);
        _subscription = ChangeToken.OnChange(registry.GetChangeToken, Follow);
    }

    /// <summary>Raised when all channels go by what the configuration says now.</summary>
    public event Action? Followed;

    public GrpcChannel GetChannel(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return (_bySpelling.TryGetValue(address, out var channel) ? channel : GetOrCreate(address)).Channel;
    }

    /// <summary>Gets the channel to what a realm lists.</summary>
    /// <exception cref="NoMatchingRealmException">The configuration has changed, and no realm claims it any more.</exception>
    public EndpointChannel GetChannel(EndpointTarget target) => GetOrCreate(target.Text, target).Channel;

    public EndpointDescription Describe(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (_bySpelling.TryGetValue(address, out var known))
        {
            return known.Describe();
        }

        var target = Parse(address);
        ObjectDisposedException.ThrowIf(_disposed, this);
        _ = FindRealm(_registry.Table, address, target); // To explain a miss takes a while, and nobody should wait for it.
        using (_changing.EnterScope())
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var realm = FindRealm(_registry.Table, address, target);
            return _channels.TryGetValue(target.Normal, out var kept) && kept.IsCreated ? kept.Channel.Describe() : EndpointChannel.Describe(target.Normal, target.TlsHost, realm);
        }
    }

    public AddressMatch Explain(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return EndpointAddress.TryParse(address, out var parsed, out var problem)
            ? _registry.Table.Explain(parsed)
            : throw NotAnAddress(address, problem);
    }

    public void Dispose()
    {
        _subscription.Dispose();
        EndpointChannel[] channels;
        using (_changing.EnterScope())
        {
            _disposed = true;
            channels = [.. Created.Select(kept => kept.Channel), .. _closed];
            _bySpelling.Clear();
            _channels.Clear();
            _closed.Clear();
        }

        Array.ForEach(channels, channel => channel.Dispose());
    }

    /// <summary>Has every channel go on by what the configuration says now; those that cannot take no more calls.</summary>
    private void Follow()
    {
        using (_changing.EnterScope())
        {
            if (_disposed)
            {
                return;
            }

            _closed.RemoveWhere(channel => channel.HasDrained);
            var table = _registry.Table;
            foreach (var kept in Created.ToList())
            {
                kept.Table = table;
                var realm = table.Find(kept.Target);
                if (!kept.Channel.Follow(realm, realm?.Definition.IsGroup(kept.Target) ?? false))
                {
                    _channels.Remove(kept.Target.Normal);
                    _closed.Add(kept.Channel);
                }
            }

            foreach (var (spelling, channel) in _bySpelling)
            {
                if (_closed.Contains(channel))
                {
                    _bySpelling.TryRemove(spelling, out _);
                }
            }
        }

        Followed?.Invoke();
    }

    private IEnumerable<Kept> Created => _channels.Values.Where(kept => kept.IsCreated);

    private EndpointChannel GetOrCreate(string spelling)
    {
        var kept = GetOrCreate(spelling, Parse(spelling));
        using (_changing.EnterScope())
        {
            if (_channels.GetValueOrDefault(kept.Target.Normal) == kept)
            {
                _bySpelling[spelling] = kept.Channel;
            }
        }

        return kept.Channel;
    }

    private Kept GetOrCreate(string spelling, EndpointTarget target)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var table = _registry.Table;
            var realm = FindRealm(table, spelling, target);
            if (GetOrAdd(target, table, realm) is { } kept && TryCreate(kept))
            {
                return kept;
            }
        }
    }

    /// <returns><see langword="null"/> if the configuration has changed since the realm was found.</returns>
    private Kept? GetOrAdd(EndpointTarget target, RealmTable table, Realm realm)
    {
        using (_changing.EnterScope())
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (table != _registry.Table)
            {
                return null;
            }

            if (!_channels.TryGetValue(target.Normal, out var kept))
            {
                _channels.Add(target.Normal, kept = new Kept(target, table, () => _maker.Create(table.AsListed(target), realm)));
            }

            return kept;
        }
    }

    /// <summary>Creates a channel without the lock, because users configure it. Who asks for the same address meanwhile waits; others do not.</summary>
    /// <returns>Whether it can be used. If not, the configuration has changed meanwhile.</returns>
    private bool TryCreate(Kept kept)
    {
        try
        {
            _ = kept.Channel;
        }
        catch
        {
            using (_changing.EnterScope())
            {
                // The next call tries again.
                if (_channels.GetValueOrDefault(kept.Target.Normal) == kept)
                {
                    _channels.Remove(kept.Target.Normal);
                }
            }

            if (kept.Table != _registry.Table)
            {
                return false;
            }

            throw;
        }

        if (_disposed)
        {
            kept.Channel.Dispose();
            ObjectDisposedException.ThrowIf(_disposed, this);
        }

        if (kept.IsFirstReport())
        {
            _logger.ChannelCreated(kept.Target.Normal, kept.Channel.Realm.Name);
        }

        if (kept.Table != _registry.Table)
        {
            // A change may have passed the channel by while it was created.
            Follow();
        }

        return !kept.Channel.IsClosed;
    }

    private static EndpointTarget Parse(string address) =>
        EndpointTarget.TryParse(address, out var target, out var problem) ? target : throw NotAnAddress(address, problem);

    private static Realm FindRealm(RealmTable table, string spelling, EndpointTarget target)
    {
        if (target is not StaticTarget { Address: var address, UsesTls: var saysTls })
        {
            return table.Find(target) ?? throw NotAnAddress(spelling, $"it is a discovery address, and no realm lists it as a group. List it in a realm's '{ConfigKeys.Endpoints}', and take what is found from {nameof(IEndpointSet)}");
        }

        var realm = table.Find(address) ?? throw new NoMatchingRealmException(address.ToString(), table.ExplainMiss(address));
        return realm.Definition.FindTlsConflict(spelling, address, saysTls) is var (what, fix)
            ? throw new InvalidOperationException($"{what}. {fix}.")
            : realm;
    }

    private static FormatException NotAnAddress(string address, string problem) => new($"'{Snippet.Truncate(address)}' is not an address: {problem}.");

    /// <summary>The channel to a target, created when it is read for the first time.</summary>
    private sealed class Kept(EndpointTarget target, RealmTable table, Func<EndpointChannel> create)
    {
        private readonly Lazy<EndpointChannel> _channel = new(create);
        private volatile RealmTable _table = table;
        private int _isReported;

        public EndpointTarget Target => target;

        /// <summary>The realms that the channel was created by, or has followed last.</summary>
        public RealmTable Table
        {
            get => _table;
            set => _table = value;
        }

        public bool IsCreated => _channel.IsValueCreated;

        public EndpointChannel Channel => _channel.Value;

        /// <summary>Whether its creation is to be logged: several callers may have waited for it.</summary>
        public bool IsFirstReport() => Interlocked.Exchange(ref _isReported, 1) == 0;
    }
}
