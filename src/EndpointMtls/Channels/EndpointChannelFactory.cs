using System.Collections.Concurrent;
using EndpointMtls.Configuration;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Channels;

/// <summary>Finds the realm of an address and keeps one channel for it.</summary>
internal sealed class EndpointChannelFactory(
    RealmTable realms,
    Action<GrpcChannelOptions>? configureChannel,
    TimeProvider timeProvider,
    ILoggerFactory loggerFactory,
    EndpointMeter meter,
    IServiceProvider services) : IEndpointChannelFactory, IDisposable
{
    private readonly ILogger _logger = loggerFactory.CreateLogger<EndpointChannelFactory>();
    private readonly ILogger _connectorLogger = loggerFactory.CreateLogger<EndpointConnector>();
    private readonly Lock _creation = new();
    private readonly Dictionary<EndpointAddress, EndpointChannel> _channels = [];

    // Spellings as callers write them: a hit parses nothing.
    private readonly ConcurrentDictionary<string, EndpointChannel> _bySpelling = new(StringComparer.Ordinal);
    private bool _disposed;

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

        var parsed = Parse(address);
        lock (_creation)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _channels.TryGetValue(parsed, out var channel)
                ? channel.Describe()
                : EndpointChannel.Describe(parsed, FindRealm(parsed));
        }
    }

    public void Dispose()
    {
        lock (_creation)
        {
            _disposed = true;
            _bySpelling.Clear();
            foreach (var channel in _channels.Values)
            {
                channel.Dispose();
            }

            _channels.Clear();
        }
    }

    private EndpointChannel GetOrCreate(string spelling)
    {
        var address = Parse(spelling);
        lock (_creation)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_channels.TryGetValue(address, out var channel))
            {
                channel = new EndpointChannel(new ChannelContext(address, FindRealm(address), timeProvider, _connectorLogger, meter), CreateOptions());
                _channels.Add(address, channel);
                _logger.ChannelCreated(address.ToString(), channel.Realm.Name);
            }

            return _bySpelling[spelling] = channel;
        }
    }

    private static EndpointAddress Parse(string address) =>
        EndpointAddress.TryParse(address, out var parsed, out var problem)
            ? parsed
            : throw new FormatException($"'{address}' is not an address: {problem}.");

    private Realm FindRealm(EndpointAddress address) =>
        realms.Find(address) ?? throw new UnclaimedAddressException(address.ToString(), realms.ExplainMiss(address));

    private GrpcChannelOptions CreateOptions()
    {
        var channelOptions = new GrpcChannelOptions { LoggerFactory = loggerFactory, ServiceProvider = services };
        configureChannel?.Invoke(channelOptions);
        return channelOptions is { HttpHandler: null, HttpClient: null, Credentials: null, HttpVersion: null, HttpVersionPolicy: null }
            ? channelOptions
            : throw new InvalidOperationException(
                $"{nameof(EndpointMtlsOptions.ConfigureChannel)} must not set HttpHandler, HttpClient, Credentials, HttpVersion or HttpVersionPolicy: how an endpoint is reached is its realm's decision.");
    }
}
