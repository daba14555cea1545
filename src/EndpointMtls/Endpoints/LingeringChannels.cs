using EndpointMtls.Async;
using EndpointMtls.Channels;
using EndpointMtls.Realms;
using EndpointMtls.Text;

namespace EndpointMtls.Endpoints;

/// <summary>
/// Keeps the channels of endpoints that have left the set open for the linger time: callers may still hold them, and the
/// endpoints may return. Then drains them. Thread-safe.
/// </summary>
internal sealed class LingeringChannels(TimeSpan linger, TimeProvider timeProvider) : IDisposable
{
    private readonly DeferringLock _updating = new();
    private readonly Dictionary<EndpointKey, (EndpointChannel Channel, ITimer Timer)> _open = [];

    // Closed channels that still have calls.
    private readonly HashSet<EndpointChannel> _draining = [];
    private bool _isDisposed;

    public void Add(DiscoveredEndpoint endpoint, EndpointChannel channel)
    {
        using (_updating.EnterScope())
        {
            RemoveDrained();
            if (_isDisposed)
            {
                channel.Dispose();
            }
            else if (!channel.IsUsable)
            {
                _draining.Add(channel);
            }
            else
            {
                var timer = DetachedTimer.Create(timeProvider, () => Close(endpoint.Key, channel), linger);
                _open[endpoint.Key] = (channel, timer);
            }
        }
    }

    /// <summary>Removes the channel of an endpoint that has returned; <see langword="null"/> if there is none that is usable.</summary>
    public EndpointChannel? Take(EndpointKey key)
    {
        using (_updating.EnterScope())
        {
            if (!_open.Remove(key, out var lingering))
            {
                return null;
            }

            lingering.Timer.Dispose();
            return lingering.Channel.IsUsable ? lingering.Channel : null;
        }
    }

    /// <summary>Applies a changed configuration to the open channels.</summary>
    public void ApplyConfiguration(RealmTable table)
    {
        using (_updating.EnterScope())
        {
            foreach (var (key, lingering) in _open.ToList())
            {
                if (!lingering.Channel.TryUpdate(table.FindSuccessor(lingering.Channel.Realm), key.IsGroup))
                {
                    lingering.Timer.Dispose();
                    _open.Remove(key);
                    _draining.Add(lingering.Channel);
                }
            }
        }
    }

    public void Dispose()
    {
        using (_updating.EnterScope())
        {
            _isDisposed = true;
            foreach (var (channel, timer) in _open.Values)
            {
                timer.Dispose();
                channel.Dispose();
            }

            foreach (var channel in _draining)
            {
                channel.Dispose();
            }

            // A timer callback or a change of the configuration may still follow.
            _open.Clear();
            _draining.Clear();
        }
    }

    private void Close(EndpointKey key, EndpointChannel channel)
    {
        using (_updating.EnterScope())
        {
            RemoveDrained();
            if (_open.TryGetValue(key, out var lingering) && lingering.Channel == channel)
            {
                _open.Remove(key);
                lingering.Timer.Dispose();
                channel.Close(
                    $"the endpoint left the set {Duration.Format(linger)} ago. Get the endpoints from {nameof(IEndpointSet)} again");
                _draining.Add(channel);
            }
        }
    }

    private void RemoveDrained() => _draining.RemoveWhere(channel => channel.HasDrained);
}
