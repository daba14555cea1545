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

/// <summary>Finds the realm of an address, caches one channel per address, and applies configuration changes to the channels.</summary>
internal sealed class EndpointChannelFactory : IEndpointChannelFactory, IDisposable
{
    private readonly RealmRegistry _registry;
    private readonly EndpointChannelBuilder _builder;
    private readonly ILogger _logger;
    private readonly IDisposable _subscription;
    private readonly DeferringLock _changing = new();
    private readonly Dictionary<string, CacheEntry> _channels = new(StringComparer.Ordinal);

    // Closed channels that still have connections.
    private readonly HashSet<EndpointChannel> _closed = [];

    // By address as callers spell it: a hit needs no parsing.
    private readonly ConcurrentDictionary<string, EndpointChannel> _bySpelling = new(StringComparer.Ordinal);
    private volatile bool _disposed;

    public EndpointChannelFactory(RealmRegistry registry, EndpointChannelBuilder builder, ILoggerFactory loggerFactory)
    {
        (_registry, _builder) = (registry, builder);
        _logger = DeferringLogger.Create<EndpointChannelFactory>(loggerFactory);
        _subscription = ChangeToken.OnChange(registry.GetChangeToken, UpdateChannels);
    }

    /// <summary>Raised when a new configuration has been applied to all channels.</summary>
    public event Action? ChannelsUpdated;

    public GrpcChannel GetChannel(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return (_bySpelling.TryGetValue(address, out var channel) && !channel.IsDisposed ? channel : GetOrCreate(address)).Channel;
    }

    /// <summary>Gets the channel to a target that a realm lists.</summary>
    /// <exception cref="NoMatchingRealmException">The configuration has changed, and no realm matches the target.</exception>
    public EndpointChannel GetChannel(EndpointTarget target) => GetOrCreate(target.Text, target).Channel;

    public EndpointDescription Describe(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (_bySpelling.TryGetValue(address, out var known) && !known.IsDisposed)
        {
            return known.Describe();
        }

        var target = Parse(address);
        ObjectDisposedException.ThrowIf(_disposed, this);
        _ = FindRealm(_registry.Table, address, target); // The exception text is costly: create it outside the lock.
        using (_changing.EnterScope())
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var realm = FindRealm(_registry.Table, address, target);
            return _channels.TryGetValue(target.Normal, out var entry) && entry.IsCreated
                ? entry.Channel.Describe()
                : EndpointChannel.Describe(target.Normal, target.TlsHost, realm);
        }
    }

    public AddressMatch Explain(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return EndpointAddress.TryParse(address, out var parsed, out var problem)
            ? _registry.Table.Explain(parsed)
            : throw NotAnAddress(address, problem);
    }

    public ConfigurationDescription DescribeConfiguration()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _registry.Describe();
    }

    public void Dispose()
    {
        _subscription.Dispose();
        EndpointChannel[] channels;
        using (_changing.EnterScope())
        {
            _disposed = true;
            channels = [.. CreatedEntries.Select(entry => entry.Channel), .. _closed];
            _bySpelling.Clear();
            _channels.Clear();
            _closed.Clear();
        }

        Array.ForEach(channels, channel => channel.Dispose());
    }

    /// <summary>Applies the current configuration to every channel. Closes the channels that it cannot be applied to.</summary>
    private void UpdateChannels()
    {
        using (_changing.EnterScope())
        {
            if (_disposed)
            {
                return;
            }

            _closed.RemoveWhere(channel => channel.HasDrained);
            var table = _registry.Table;
            foreach (var entry in CreatedEntries.ToList())
            {
                entry.Table = table;
                var realm = table.Find(entry.Target);
                if (!entry.Channel.TryUpdate(realm, realm?.Definition.IsGroup(entry.Target) ?? false))
                {
                    _channels.Remove(entry.Target.Normal);
                    _closed.Add(entry.Channel);
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

        ChannelsUpdated?.Invoke();
    }

    private IEnumerable<CacheEntry> CreatedEntries => _channels.Values.Where(entry => entry.IsCreated);

    private EndpointChannel GetOrCreate(string spelling)
    {
        var entry = GetOrCreate(spelling, Parse(spelling));
        using (_changing.EnterScope())
        {
            if (_channels.GetValueOrDefault(entry.Target.Normal) == entry)
            {
                _bySpelling[spelling] = entry.Channel;
            }
        }

        return entry.Channel;
    }

    private CacheEntry GetOrCreate(string spelling, EndpointTarget target)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var table = _registry.Table;
            var realm = FindRealm(table, spelling, target);
            if (GetOrAdd(target, table, realm) is { } entry && TryCreate(entry))
            {
                return entry;
            }
        }
    }

    /// <returns><see langword="null"/> if the configuration has changed since the realm was found.</returns>
    private CacheEntry? GetOrAdd(EndpointTarget target, RealmTable table, Realm realm)
    {
        using (_changing.EnterScope())
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (table != _registry.Table)
            {
                return null;
            }

            if (!_channels.TryGetValue(target.Normal, out var entry) || entry.IsDisposed)
            {
                _channels[target.Normal] = entry = new CacheEntry(target, table, () => _builder.Create(table.AsListed(target), realm));
            }

            return entry;
        }
    }

    /// <summary>Creates the channel of an entry. Concurrent callers for the same address wait for it.</summary>
    /// <remarks>It holds no lock, because the creation calls the ConfigureChannel callback.</remarks>
    /// <returns>Whether the channel is usable. If not, the configuration has changed, or a caller has disposed the channel.</returns>
    private bool TryCreate(CacheEntry entry)
    {
        try
        {
            _ = entry.Channel;
        }
        catch
        {
            using (_changing.EnterScope())
            {
                // The next call tries again.
                if (_channels.GetValueOrDefault(entry.Target.Normal) == entry)
                {
                    _channels.Remove(entry.Target.Normal);
                }
            }

            if (entry.Table != _registry.Table)
            {
                return false;
            }

            throw;
        }

        if (_disposed)
        {
            entry.Channel.Dispose();
            ObjectDisposedException.ThrowIf(_disposed, this);
        }

        if (entry.TryMarkAsLogged())
        {
            _logger.ChannelCreated(entry.Target.Normal, entry.Channel.Realm.Name);
        }

        if (entry.Table != _registry.Table)
        {
            // An update does not see channels that are still being created.
            UpdateChannels();
        }

        return entry.Channel.IsUsable;
    }

    private static EndpointTarget Parse(string address) =>
        EndpointTarget.TryParse(address, out var target, out var problem) ? target : throw NotAnAddress(address, problem);

    private static Realm FindRealm(RealmTable table, string spelling, EndpointTarget target)
    {
        if (target is not StaticTarget { Address: var address, UsesTls: var usesTls })
        {
            return table.Find(target) ?? throw NotAnAddress(
                spelling,
                $"it is a discovery address, and no realm lists it as a group. List it in a realm's '{ConfigKeys.Endpoints}', " +
                $"and get the discovered endpoints from {nameof(IEndpointSet)}");
        }

        var realm = table.Find(address) ?? throw new NoMatchingRealmException(address.ToString(), table.ExplainNoMatch(address));
        return realm.Definition.FindTlsConflict(spelling, address, usesTls) is var (what, fix)
            ? throw new InvalidOperationException($"{what}. {fix}.")
            : realm;
    }

    private static FormatException NotAnAddress(string address, string problem) =>
        new($"'{Snippet.Truncate(address)}' is not an address: {problem}.");

    /// <summary>A target and its channel. The channel is created when it is read for the first time.</summary>
    private sealed class CacheEntry(EndpointTarget target, RealmTable table, Func<EndpointChannel> create)
    {
        private readonly Lazy<EndpointChannel> _channel = new(create);
        private volatile RealmTable _table = table;
        private int _isLogged;

        public EndpointTarget Target => target;

        /// <summary>The realms that the channel was created or last updated with.</summary>
        public RealmTable Table
        {
            get => _table;
            set => _table = value;
        }

        public bool IsCreated => _channel.IsValueCreated;

        public bool IsDisposed => IsCreated && Channel.IsDisposed;

        public EndpointChannel Channel => _channel.Value;

        /// <summary>Returns true once: of the callers that waited for the creation, one logs it.</summary>
        public bool TryMarkAsLogged() => Interlocked.Exchange(ref _isLogged, 1) == 0;
    }
}
