using System.Diagnostics;
using EndpointMtls.Addressing;
using EndpointMtls.Async;
using EndpointMtls.Discovery;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Channels;

/// <summary>Makes channels.</summary>
internal sealed class EndpointChannelBuilder(RealmRegistry registry, LookupContext lookups, ILoggerFactory loggerFactory, EndpointMeter meter, IServiceProvider services)
{
    private readonly ILogger _logger = DeferringLogger.Create<EndpointConnector>(loggerFactory);

    /// <summary>Makes the channel to an address or, where the realm has groups, to all that a name leads to.</summary>
    /// <param name="target">What is listed.</param>
    /// <param name="realm">The realm that it belongs to.</param>
    /// <param name="mayLeave">Whether it was discovered.</param>
    public EndpointChannel Create(EndpointTarget target, Realm realm, bool mayLeave = false) => target switch
    {
        DiscoveryTarget name => Create(new GroupDestination(name, target.Normal, realm.Name, lookups), realm),
        StaticTarget address when realm.Definition.IsGroup(target) => Create(new GroupDestination(DiscoveryTarget.Of(address), target.Normal, realm.Name, lookups), realm),
        _ => Create(new AddressDestination(((StaticTarget)target).Address, mayLeave: mayLeave), realm),
    };

    /// <summary>Makes the channel to an address that was looked up.</summary>
    public EndpointChannel Create(DiscoveredAddress found, Realm realm) => Create(new AddressDestination(found.Address, found.Host, mayLeave: true), realm);

    private EndpointChannel Create(Destination destination, Realm realm)
    {
        try
        {
            return new EndpointChannel(new ChannelContext(destination, realm, lookups.TimeProvider, _logger, meter), CreateOptions());
        }
        catch
        {
            destination.Dispose();
            throw;
        }
    }

    private GrpcChannelOptions CreateOptions()
    {
        Debug.Assert(!DeferringLock.IsHeld, "Users configure channels, and must not do it under a lock.");
        var channelOptions = new GrpcChannelOptions { LoggerFactory = loggerFactory, ServiceProvider = services };
        if (registry.CurrentOptions.MaxReconnectBackoff is { } backoff)
        {
            channelOptions.MaxReconnectBackoff = backoff;
        }

        registry.CurrentOptions.ConfigureChannel?.Invoke(channelOptions);
        return channelOptions is { HttpHandler: null, HttpClient: null, Credentials: null, HttpVersion: null, HttpVersionPolicy: null }
            ? channelOptions
            : throw new InvalidOperationException(
                $"{nameof(EndpointMtlsOptions.ConfigureChannel)} must not set HttpHandler, HttpClient, Credentials, HttpVersion or HttpVersionPolicy: how an endpoint is reached is its realm's decision.");
    }
}
