using System.Collections.Concurrent;

namespace EndpointMtls.Channels;

/// <summary>The channels whose calls stay on an earlier client certificate, because connections with the new one fail.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class FailedRotations
{
    private readonly ConcurrentDictionary<ChannelContext, EndpointConnectionException> _failures = new();

    /// <summary>Each channel, and why its new connections fail.</summary>
    public ICollection<KeyValuePair<ChannelContext, EndpointConnectionException>> All => [.. _failures];

    /// <summary>Why the new connections of a channel fail; <see langword="null"/> if they do not.</summary>
    public EndpointConnectionException? Find(ChannelContext channel) => _failures.GetValueOrDefault(channel);

    /// <returns>Whether the channel had no failure. The reason can differ between attempts with the same cause.</returns>
    public bool Set(ChannelContext channel, EndpointConnectionException failure)
    {
        if (_failures.TryAdd(channel, failure))
        {
            return true;
        }

        _failures[channel] = failure;
        return false;
    }

    /// <returns>Whether the channel had a failure.</returns>
    public bool Remove(ChannelContext channel) => _failures.TryRemove(channel, out _);
}
