using EndpointMtls.Channels;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Endpoints;

/// <summary>
/// Provides the channels of endpoints: the shared one of <see cref="EndpointChannelFactory"/> if a realm lists the address,
/// otherwise one of its own. Used by one thread at a time.
/// </summary>
internal sealed class EndpointChannels(
    RealmRegistry registry,
    EndpointChannelFactory factory,
    EndpointChannelBuilder builder,
    LingeringChannels lingering,
    ILogger logger) : IDisposable
{
    private readonly HashSet<EndpointKey> _leftOut = [];

    /// <summary>The last exception for which an endpoint was left out; <see langword="null"/> if there was none.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Returns the channel of an endpoint, and creates it if necessary. Logs the first failure of each endpoint.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="current">Its current channel, if it has one.</param>
    /// <param name="table">The realms of this search.</param>
    /// <returns>The channel; <see langword="null"/> if it cannot be created: one endpoint must not stop the others.</returns>
    public EndpointChannel? GetOrCreate(DiscoveredEndpoint endpoint, EndpointChannel? current, RealmTable table)
    {
        try
        {
            var channel = endpoint.IsListed ? factory.GetChannel(endpoint.Target)
                : current is { IsUsable: true } ? current
                : lingering.Take(endpoint.Key) ?? Create(endpoint);
            _leftOut.Remove(endpoint.Key);
            return channel;
        }
        catch (ObjectDisposedException)
        {
            // The application is shutting down.
            return null;
        }
        catch (Exception exception)
        {
            // If the configuration has changed during the search, that can be the cause, and another search follows.
            if (table == registry.Table && _leftOut.Add(endpoint.Key))
            {
                Failure = exception;
                logger.ChannelCreationFailed(endpoint.Address, endpoint.Realm.Name, exception.Message);
            }

            return null;
        }
    }

    /// <summary>Forgets the failures of endpoints that are no longer discovered.</summary>
    public void ForgetFailuresExcept(IEnumerable<DiscoveredEndpoint> discovered)
    {
        if (_leftOut.Count > 0)
        {
            _leftOut.IntersectWith(discovered.Select(endpoint => endpoint.Key));
        }
    }

    /// <summary>Releases a channel whose endpoint has left the set or uses another channel.</summary>
    public void Release(DiscoveredEndpoint endpoint, EndpointChannel channel)
    {
        if (!endpoint.IsListed)
        {
            lingering.Add(endpoint, channel);
        }
    }

    /// <summary>Applies the current configuration to a channel that is not shared.</summary>
    public void ApplyConfiguration(DiscoveredEndpoint endpoint, EndpointChannel channel)
    {
        if (!endpoint.IsListed && channel.IsUsable)
        {
            channel.TryUpdate(registry.Table.FindSuccessor(channel.Realm), endpoint.IsGroup);
        }
    }

    /// <summary>Applies the current configuration to all channels that are not shared. The factory does it for the others.</summary>
    public void ApplyConfiguration(IEnumerable<TrackedEndpoint> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            ApplyConfiguration(endpoint.Discovered, endpoint.Channel);
        }

        lingering.ApplyConfiguration(registry.Table);
    }

    /// <summary>Disposes the channel of an endpoint if it is not shared.</summary>
    public static void Dispose(TrackedEndpoint endpoint)
    {
        if (!endpoint.Discovered.IsListed)
        {
            endpoint.Channel.Dispose();
        }
    }

    public void Dispose() => lingering.Dispose();

    private EndpointChannel Create(DiscoveredEndpoint endpoint)
    {
        logger.ChannelCreated(endpoint.Address, endpoint.Realm.Name);
        return endpoint.CreateChannel(builder);
    }
}
