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
    private readonly ChannelMaker _maker;
    private readonly ILogger _logger;
    private readonly IDisposable _subscription;
    private readonly Lock _creation = new();
    private readonly Dictionary<string, Kept> _channels = new(StringComparer.Ordinal);

    // Those that take no more calls, for as long as some are running.
    private readonly HashSet<EndpointChannel> _closed = [];

    // Spellings as callers write them: a hit parses nothing.
    private readonly ConcurrentDictionary<string, EndpointChannel> _bySpelling = new(StringComparer.Ordinal);
    private volatile bool _disposed;

    public EndpointChannelFactory(RealmRegistry registry, ChannelMaker maker, ILoggerFactory loggerFactory)
    {
        (_registry, _maker) = (registry, maker);
        _logger = loggerFactory.CreateLogger<EndpointChannelFactory>();
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
    /// <exception cref="UnclaimedAddressException">The configuration has changed, and no realm claims it any more.</exception>
    public EndpointChannel GetChannel(EndpointTarget target)
    {
        lock (_creation)
        {
            return GetOrCreate(target.Text, target);
        }
    }

    public EndpointDescription Describe(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (_bySpelling.TryGetValue(address, out var known))
        {
            return known.Describe();
        }

        var target = Parse(address);
        ObjectDisposedException.ThrowIf(_disposed, this);
        _ = FindRealm(address, target); // To explain a miss takes a while, and nobody should wait for it.
        lock (_creation)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var realm = FindRealm(address, target);
            return _channels.TryGetValue(target.Normal, out var kept) ? kept.Channel.Describe() : EndpointChannel.Describe(target.Normal, target.TlsHost, realm);
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
        lock (_creation)
        {
            _disposed = true;
            _bySpelling.Clear();
            foreach (var channel in _channels.Values.Select(kept => kept.Channel).Concat(_closed))
            {
                channel.Dispose();
            }

            _channels.Clear();
            _closed.Clear();
        }
    }

    /// <summary>Has every channel go on by what the configuration says now; those that cannot take no more calls.</summary>
    private void Follow()
    {
        lock (_creation)
        {
            if (_disposed)
            {
                return;
            }

            _closed.RemoveWhere(channel => channel.HasEnded);
            // A copy: a log sink may open channels while it is told.
            foreach (var (address, kept) in _channels.ToList())
            {
                var realm = _registry.Table.Find(kept.Target);
                if (!kept.Channel.Follow(realm, realm?.Definition.IsGroup(kept.Target) ?? false))
                {
                    _channels.Remove(address);
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

    private EndpointChannel GetOrCreate(string spelling)
    {
        var target = Parse(spelling);
        ObjectDisposedException.ThrowIf(_disposed, this);
        _ = FindRealm(spelling, target);
        lock (_creation)
        {
            return _bySpelling[spelling] = GetOrCreate(spelling, target);
        }
    }

    private EndpointChannel GetOrCreate(string spelling, EndpointTarget target)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var realm = FindRealm(spelling, target);
        if (!_channels.TryGetValue(target.Normal, out var kept))
        {
            _channels.Add(target.Normal, kept = new Kept(target, _maker.Create(_registry.Table.AsListed(target), realm)));
            BestEffort.Run(() => _logger.ChannelCreated(target.Normal, realm.Name));
        }

        return kept.Channel;
    }

    private static EndpointTarget Parse(string address) =>
        EndpointTarget.TryParse(address, out var target, out var problem) ? target : throw NotAnAddress(address, problem);

    private Realm FindRealm(string spelling, EndpointTarget target)
    {
        var table = _registry.Table;
        if (target is not StaticTarget { Address: var address, SaysTls: var saysTls })
        {
            return table.Find(target) ?? throw NotAnAddress(spelling, $"it is a discovery address, and no realm lists it as a group. List it in a realm's '{ConfigKeys.Endpoints}', and take what is found from {nameof(IEndpointSet)}");
        }

        var realm = table.Find(address) ?? throw new UnclaimedAddressException(address.ToString(), table.ExplainMiss(address));
        return realm.Definition.Contradict(spelling, address, saysTls) is var (what, fix)
            ? throw new InvalidOperationException($"{what}. {fix}.")
            : realm;
    }

    private static FormatException NotAnAddress(string address, string problem) => new($"'{Snippet.Truncate(address)}' is not an address: {problem}.");

    /// <summary>A channel, and what was asked for.</summary>
    private sealed record Kept(EndpointTarget Target, EndpointChannel Channel);
}
