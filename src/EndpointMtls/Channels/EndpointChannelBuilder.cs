using System.Collections.Concurrent;
using System.Diagnostics;
using EndpointMtls.Addressing;
using EndpointMtls.Async;
using EndpointMtls.Discovery;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Channels;

/// <summary>Creates channels. The caller owns them.</summary>
internal sealed class EndpointChannelBuilder(
    RealmRegistry registry, LookupContext lookups, ILoggerFactory loggerFactory, EndpointMeter meter, FailedRotations failedRotations,
    IServiceProvider services)
{
    private readonly ILogger _logger = DeferringLogger.Create<EndpointConnector>(loggerFactory);

    // By address: a caller that always disposes its channel is reported once.
    private readonly ConcurrentDictionary<string, bool> _reported = new(StringComparer.Ordinal);

    /// <summary>Raised when a caller has disposed a channel. Its owner must replace it.</summary>
    public event Action<EndpointChannel>? ChannelDisposed;

    /// <summary>Creates the channel to an address or, if the realm lists the target as a group, to all addresses of its name.</summary>
    /// <param name="target">The target as its realm lists it.</param>
    /// <param name="realm">The realm of the target.</param>
    /// <param name="isDiscovered">Whether the target was discovered.</param>
    public EndpointChannel Create(EndpointTarget target, Realm realm, bool isDiscovered = false) => target switch
    {
        DiscoveryTarget name => Create(new GroupDestination(name, target.Normal, realm.Name, lookups), realm),
        StaticTarget address when realm.Definition.IsGroup(target) =>
            Create(new GroupDestination(DiscoveryTarget.Of(address), target.Normal, realm.Name, lookups), realm),
        StaticTarget { Address: { IsUnix: false, IsIP: false } or { HasZone: true } } host =>
            Create(new HostDestination(host.Address, realm.Name, lookups), realm),
        _ => Create(new AddressDestination(((StaticTarget)target).Address, isDiscovered: isDiscovered), realm),
    };

    /// <summary>Creates the channel to an address that was resolved from a name.</summary>
    public EndpointChannel Create(DiscoveredAddress discovered, Realm realm) =>
        Create(new AddressDestination(discovered.Address, discovered.Host, isDiscovered: true), realm);

    private EndpointChannel Create(Destination destination, Realm realm)
    {
        try
        {
            var context = new ChannelContext(destination, realm, lookups.TimeProvider, _logger, meter, failedRotations);
            return new EndpointChannel(context, CreateOptions(destination, realm), OnDisposedByCaller);
        }
        catch
        {
            destination.Dispose();
            throw;
        }
    }

    private void OnDisposedByCaller(EndpointChannel channel)
    {
        if (_reported.TryAdd(channel.Destination.Name, true))
        {
            _logger.ChannelDisposed(channel.Destination.Name, channel.Realm.Name);
        }

        ChannelDisposed?.Invoke(channel);
    }

    private GrpcChannelOptions CreateOptions(Destination destination, Realm realm)
    {
        Debug.Assert(!DeferringLock.IsHeld, "The ConfigureChannel callback must not run under a lock.");
        var channelOptions = new GrpcChannelOptions { LoggerFactory = loggerFactory, ServiceProvider = services };
        if (registry.CurrentOptions.MaxReconnectBackoff is { } backoff)
        {
            channelOptions.MaxReconnectBackoff = backoff;
        }

        var settings = realm.Definition.Channel;
        channelOptions.MaxSendMessageSize = settings.MaxSendMessageSize ?? channelOptions.MaxSendMessageSize;
        channelOptions.MaxReceiveMessageSize = settings.MaxReceiveMessageSize ?? channelOptions.MaxReceiveMessageSize;
        registry.CurrentOptions.ConfigureChannel?.Invoke(new EndpointChannelContext(destination.Name, realm.Name), channelOptions);
        return channelOptions is { HttpHandler: null, HttpClient: null, Credentials: null, HttpVersion: null, HttpVersionPolicy: null }
            ? channelOptions
            : throw new InvalidOperationException(
                $"{nameof(EndpointMtlsOptions.ConfigureChannel)} must not set HttpHandler, HttpClient, Credentials, HttpVersion or " +
                "HttpVersionPolicy: the realm determines how to connect to its endpoints. Remove the assignment.");
    }
}
