using EndpointMtls.Async;
using EndpointMtls.Channels;
using EndpointMtls.Realms;
using EndpointMtls.Text;

namespace EndpointMtls.Endpoints;

/// <summary>The channels of endpoints that have left the set. Somebody may still be about to call; and what has left may come back.</summary>
internal sealed class LingeringChannels(TimeSpan linger, TimeProvider timeProvider) : IDisposable
{
    private readonly DeferringLock _changing = new();
    private readonly Dictionary<EndpointKey, (EndpointChannel Channel, ITimer End)> _open = [];

    // Those that take no more calls, for as long as some are running.
    private readonly HashSet<EndpointChannel> _closed = [];
    private bool _isDisposed;

    public void Add(DiscoveredEndpoint endpoint, EndpointChannel channel)
    {
        using (_changing.EnterScope())
        {
            Forget();
            if (_isDisposed)
            {
                channel.Dispose();
            }
            else if (channel.IsClosed)
            {
                _closed.Add(channel);
            }
            else
            {
                _open[endpoint.Key] = (channel, DetachedTimer.Create(timeProvider, () => End(endpoint.Key, channel), linger));
            }
        }
    }

    /// <summary>Takes a channel back that still takes calls.</summary>
    public EndpointChannel? Take(EndpointKey key)
    {
        using (_changing.EnterScope())
        {
            if (!_open.Remove(key, out var kept))
            {
                return null;
            }

            kept.End.Dispose();
            return kept.Channel;
        }
    }

    /// <summary>Has all of them go by what the configuration says now.</summary>
    public void Follow(RealmTable table)
    {
        using (_changing.EnterScope())
        {
            foreach (var (key, kept) in _open.ToList())
            {
                if (!kept.Channel.TryUpdate(table.FindSuccessor(kept.Channel.Realm), key.IsGroup))
                {
                    kept.End.Dispose();
                    _open.Remove(key);
                    _closed.Add(kept.Channel);
                }
            }
        }
    }

    public void Dispose()
    {
        using (_changing.EnterScope())
        {
            _isDisposed = true;
            foreach (var (channel, end) in _open.Values)
            {
                end.Dispose();
                channel.Dispose();
            }

            foreach (var channel in _closed)
            {
                channel.Dispose();
            }

            // A timer or a change of the configuration may have been on its way.
            _open.Clear();
            _closed.Clear();
        }
    }

    private void End(EndpointKey key, EndpointChannel channel)
    {
        using (_changing.EnterScope())
        {
            Forget();
            if (_open.TryGetValue(key, out var kept) && kept.Channel == channel)
            {
                _open.Remove(key);
                kept.End.Dispose();
                channel.Close($"the endpoint has left the set {Duration.Format(linger)} ago. Take the endpoints from {nameof(IEndpointSet)} anew");
                _closed.Add(channel);
            }
        }
    }

    private void Forget() => _closed.RemoveWhere(channel => channel.HasDrained);
}
