using EndpointMtls.Channels;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Endpoints;

/// <summary>Gives endpoints their channels: the one that everybody has, where a realm lists the address; one of its own, where it was discovered. For one thread at a time.</summary>
internal sealed class EndpointChannels(RealmRegistry registry, EndpointChannelFactory factory, EndpointChannelBuilder maker, LingeringChannels lingering, ILogger logger) : IDisposable
{
    private readonly HashSet<EndpointKey> _leftOut = [];

    /// <summary>Why a channel could not be made, if ever one could not.</summary>
    public Exception? Failure { get; private set; }

    /// <param name="endpoint">The endpoint as it is found now.</param>
    /// <param name="known">The channel that it has already, if it has one.</param>
    /// <param name="table">The realms that it was found by.</param>
    /// <returns><see langword="null"/> if there can be none: one endpoint should not keep all others from being followed.</returns>
    public EndpointChannel? For(DiscoveredEndpoint endpoint, EndpointChannel? known, RealmTable table)
    {
        try
        {
            var channel = endpoint.IsListed ? factory.GetChannel(endpoint.Target)
                : known is { IsClosed: false } ? known
                : lingering.Take(endpoint.Key) ?? Create(endpoint);
            _leftOut.Remove(endpoint.Key);
            return channel;
        }
        catch (ObjectDisposedException)
        {
            // The application shuts down.
            return null;
        }
        catch (Exception exception)
        {
            // If the configuration has changed meanwhile, that is why, and another search is on its way.
            if (table == registry.Table && _leftOut.Add(endpoint.Key))
            {
                Failure = exception;
                logger.EndpointLeftOut(endpoint.Address, endpoint.Realm.Name, exception.Message);
            }

            return null;
        }
    }

    /// <summary>Forgets which endpoints were left out, as far as they are not found any more.</summary>
    public void Forget(IEnumerable<DiscoveredEndpoint> found)
    {
        if (_leftOut.Count > 0)
        {
            _leftOut.IntersectWith(found.Select(endpoint => endpoint.Key));
        }
    }

    /// <summary>Lets go of a channel whose endpoint has left, or has another one.</summary>
    public void Release(DiscoveredEndpoint endpoint, EndpointChannel channel)
    {
        if (!endpoint.IsListed)
        {
            lingering.Add(endpoint, channel);
        }
    }

    /// <summary>Has a channel that is not shared go by what the configuration says now.</summary>
    public void Follow(DiscoveredEndpoint endpoint, EndpointChannel channel)
    {
        if (!endpoint.IsListed && !channel.IsClosed)
        {
            channel.TryUpdate(registry.Table.FindSuccessor(channel.Realm), endpoint.IsGroup);
        }
    }

    /// <summary>Has the channels of endpoints go by what the configuration says now. Those that everybody has do already.</summary>
    public void Follow(IEnumerable<TrackedEndpoint> endpoints)
    {
        foreach (var endpoint in endpoints)
        {
            Follow(endpoint.Found, endpoint.Channel);
        }

        lingering.Follow(registry.Table);
    }

    /// <summary>Disposes the channel of an endpoint, unless it is everybody's.</summary>
    public static void Dispose(TrackedEndpoint endpoint)
    {
        if (!endpoint.Found.IsListed)
        {
            endpoint.Channel.Dispose();
        }
    }

    public void Dispose() => lingering.Dispose();

    private EndpointChannel Create(DiscoveredEndpoint endpoint)
    {
        logger.ChannelCreated(endpoint.Address, endpoint.Realm.Name);
        return endpoint.CreateChannel(maker);
    }
}
