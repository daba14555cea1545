using System.Collections.Concurrent;
using EndpointMtls.Configuration;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Channels;

/// <summary>Finds the realm of an address, keeps one channel for it, and has that follow the configuration.</summary>
internal sealed class EndpointChannelFactory : IEndpointChannelFactory, IDisposable
{
    private readonly RealmRegistry _registry;
    private readonly TimeProvider _timeProvider;
    private readonly ILoggerFactory _loggerFactory;
    private readonly EndpointMeter _meter;
    private readonly IServiceProvider _services;
    private readonly ILogger _logger;
    private readonly ILogger _connectorLogger;
    private readonly IDisposable _subscription;
    private readonly Lock _creation = new();
    private readonly Dictionary<EndpointAddress, EndpointChannel> _channels = [];

    // Those that take no more calls, for as long as some are running.
    private readonly HashSet<EndpointChannel> _closed = [];

    // Spellings as callers write them: a hit parses nothing.
    private readonly ConcurrentDictionary<string, EndpointChannel> _bySpelling = new(StringComparer.Ordinal);
    private volatile bool _disposed;

    public EndpointChannelFactory(RealmRegistry registry, TimeProvider timeProvider, ILoggerFactory loggerFactory, EndpointMeter meter, IServiceProvider services)
    {
        (_registry, _timeProvider, _loggerFactory, _meter, _services) = (registry, timeProvider, loggerFactory, meter, services);
        _logger = loggerFactory.CreateLogger<EndpointChannelFactory>();
        _connectorLogger = loggerFactory.CreateLogger<EndpointConnector>();
        _subscription = ChangeToken.OnChange(registry.GetChangeToken, Follow);
    }

    public GrpcChannel GetChannel(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return (_bySpelling.TryGetValue(address, out var channel) ? channel : GetOrCreate(address)).Channel;
    }

    public EndpointDescription Describe(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (_bySpelling.TryGetValue(address, out var known))
        {
            return known.Describe();
        }

        var parsed = Parse(address, out var saysTls);
        ObjectDisposedException.ThrowIf(_disposed, this);
        _ = FindRealm(address, parsed, saysTls); // To explain a miss takes a while, and nobody should wait for it.
        lock (_creation)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var realm = FindRealm(address, parsed, saysTls);
            return _channels.TryGetValue(parsed, out var channel) ? channel.Describe() : EndpointChannel.Describe(parsed, realm);
        }
    }

    public AddressMatch Explain(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return _registry.Table.Explain(Parse(address, out _));
    }

    public void Dispose()
    {
        _subscription.Dispose();
        lock (_creation)
        {
            _disposed = true;
            _bySpelling.Clear();
            foreach (var channel in _channels.Values.Concat(_closed))
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
            foreach (var (address, channel) in _channels.ToList())
            {
                if (!channel.Follow(_registry.Table.Find(address)))
                {
                    _channels.Remove(address);
                    _closed.Add(channel);
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
    }

    private EndpointChannel GetOrCreate(string spelling)
    {
        var address = Parse(spelling, out var saysTls);
        ObjectDisposedException.ThrowIf(_disposed, this);
        _ = FindRealm(spelling, address, saysTls);
        lock (_creation)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var realm = FindRealm(spelling, address, saysTls);
            if (!_channels.TryGetValue(address, out var channel))
            {
                channel = new EndpointChannel(new ChannelContext(address, realm, _timeProvider, _connectorLogger, _meter), CreateOptions());
                _channels.Add(address, channel);
                _logger.ChannelCreated(address.ToString(), channel.Realm.Name);
            }

            return _bySpelling[spelling] = channel;
        }
    }

    private static EndpointAddress Parse(string address, out bool? saysTls) =>
        EndpointAddress.TryParse(address, out var parsed, out saysTls, out var problem)
            ? parsed
            : throw new FormatException($"'{Excerpt.Of(address)}' is not an address: {problem}.");

    private Realm FindRealm(string spelling, EndpointAddress address, bool? saysTls)
    {
        var table = _registry.Table;
        var realm = table.Find(address) ?? throw new UnclaimedAddressException(address.ToString(), table.ExplainMiss(address));
        return realm.Definition.Contradict(spelling, address, saysTls) is var (what, fix)
            ? throw new InvalidOperationException($"{what}. {fix}.")
            : realm;
    }

    private GrpcChannelOptions CreateOptions()
    {
        var channelOptions = new GrpcChannelOptions { LoggerFactory = _loggerFactory, ServiceProvider = _services };
        _registry.CurrentOptions.ConfigureChannel?.Invoke(channelOptions);
        return channelOptions is { HttpHandler: null, HttpClient: null, Credentials: null, HttpVersion: null, HttpVersionPolicy: null }
            ? channelOptions
            : throw new InvalidOperationException(
                $"{nameof(EndpointMtlsOptions.ConfigureChannel)} must not set HttpHandler, HttpClient, Credentials, HttpVersion or HttpVersionPolicy: how an endpoint is reached is its realm's decision.");
    }
}
