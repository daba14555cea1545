using EndpointMtls.Async;
using Grpc.Core;
using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>Connects to the first address of a host that accepts: pick_first with the connection attempts of RFC 8305.</summary>
/// <remarks>
/// <para>
/// Each address has its own subchannel: one with several addresses would wait for the first until the connect timeout.
/// </para>
/// <para>
/// Grpc.Net.Client calls a balancer, and its subchannels call their listeners, under the lock of the channel. Other threads only request
/// a connection or a lookup.
/// </para>
/// </remarks>
internal sealed class HappyEyeballsBalancer : LoadBalancer
{
    public const string Policy = "endpoint_happy_eyeballs";

    /// <summary>The recommended Connection Attempt Delay of RFC 8305.</summary>
    public static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    private static readonly SubchannelPicker Queue = new Picker(PickResult.ForQueue());

    private readonly IChannelControlHelper _channel;
    private readonly HostReconnection _reconnection;
    private readonly ITimer _timer;
    private List<Attempt> _attempts = [];
    private ConnectivityState _state = ConnectivityState.Idle;
    private int _failures;
    private volatile Subchannel? _next;

    public HappyEyeballsBalancer(IChannelControlHelper channel, HostReconnection reconnection, TimeProvider timeProvider)
    {
        (_channel, _reconnection) = (channel, reconnection);
        _timer = DetachedTimer.Create(timeProvider, ConnectNext);
    }

    /// <inheritdoc/>
    /// <remarks>A result without addresses means that a lookup is running. No result replaces an open connection.</remarks>
    public override void UpdateChannelState(ChannelState state)
    {
        if (_state == ConnectivityState.Ready)
        {
            if (!_reconnection.IsAbandoned(_attempts[0].Subchannel))
            {
                return;
            }

            Replace([]);
            Publish(ConnectivityState.Connecting, Queue);
        }

        if (state.Status.StatusCode != StatusCode.OK)
        {
            Replace([]);
            Publish(ConnectivityState.TransientFailure, new Picker(PickResult.ForFailure(state.Status)));
            return;
        }

        if (_state == ConnectivityState.Idle || (_attempts.Count == 0 && state.Addresses is { Count: > 0 }))
        {
            Publish(ConnectivityState.Connecting, Queue);
        }

        if (state.Addresses is { Count: > 0 } addresses)
        {
            Replace(addresses);
            if (_attempts.Exists(attempt => attempt.State == ConnectivityState.Connecting))
            {
                ScheduleNext();
            }
            else
            {
                FindUntried()?.Subchannel.RequestConnection();
            }
        }
    }

    public override void RequestConnection()
    {
        if (_state == ConnectivityState.Idle || _attempts.Count == 0)
        {
            _channel.RefreshResolver();
        }
        else if (_state == ConnectivityState.TransientFailure)
        {
            _attempts.ForEach(attempt => attempt.Subchannel.RequestConnection());
        }
    }

    protected override void Dispose(bool disposing)
    {
        _timer.Dispose();
        Replace([]);
        base.Dispose(disposing);
    }

    private void OnStateChanged(Attempt attempt, SubchannelState change)
    {
        if (!_attempts.Contains(attempt))
        {
            return;
        }

        attempt.State = change.State;
        switch (change.State)
        {
            case ConnectivityState.Ready:
                _failures = 0;
                Replace([attempt.Address]);
                ScheduleNext();
                Publish(ConnectivityState.Ready, new ReadyPicker(attempt.Subchannel, attempt.Address), attempt);
                break;
            case ConnectivityState.TransientFailure:
                attempt.HasFailed = true;
                OnFailure(change.Status);
                break;
            case ConnectivityState.Idle when _state == ConnectivityState.Ready:
                // Not disposed now, because the subchannel iterates over its listeners.
                _attempts = [];
                ThreadPool.UnsafeQueueUserWorkItem(static lost => BestEffort.Run(lost.Dispose), attempt.Subchannel, preferLocal: false);
                Publish(ConnectivityState.Idle, new IdlePicker(_channel));
                break;
            case ConnectivityState.Connecting or ConnectivityState.Idle:
                // A subchannel becomes idle when its attempt times out. It repeats only attempts that fail earlier.
                ScheduleNext();
                break;
        }
    }

    private void OnFailure(Status status)
    {
        if (FindUntried() is { } next)
        {
            next.Subchannel.RequestConnection();
        }
        else if (_attempts.TrueForAll(attempt => attempt.HasFailed))
        {
            // As in other gRPC implementations, calls fail until one of the repeated attempts succeeds.
            Publish(ConnectivityState.TransientFailure, new Picker(PickResult.ForFailure(status)));
            if (_failures++ % _attempts.Count == 0)
            {
                _channel.RefreshResolver();
            }
        }
    }

    private Attempt? FindUntried() => _attempts.Find(attempt => attempt is { State: ConnectivityState.Idle, HasFailed: false });

    private void ScheduleNext()
    {
        _next = _attempts.Find(attempt => attempt.State == ConnectivityState.Idle)?.Subchannel;
        _timer.Change(_next is null ? Timeout.InfiniteTimeSpan : AttemptDelay, Timeout.InfiniteTimeSpan);
    }

    // Another thread may just have disposed the subchannel, because another one connected.
    private void ConnectNext() => BestEffort.Run(() => _next?.RequestConnection());

    /// <summary>Keeps the subchannels of these addresses, disposes the others, and creates those that are missing.</summary>
    private void Replace(IReadOnlyList<BalancerAddress> addresses)
    {
        var before = _attempts;
        _attempts = [.. addresses.Select(address => before.Find(attempt => attempt.Has(address)) ?? Create(address))];
        before.Except(_attempts).ToList().ForEach(attempt => attempt.Subchannel.Dispose());
    }

    private Attempt Create(BalancerAddress address)
    {
        var attempt = new Attempt(_channel.CreateSubchannel(new SubchannelOptions([address])), address);
        attempt.Subchannel.OnStateChanged(change => OnStateChanged(attempt, change));
        return attempt;
    }

    private void Publish(ConnectivityState state, SubchannelPicker picker, Attempt? ready = null)
    {
        _state = state;
        _reconnection.OnStateChanged(state, ready?.Subchannel, ready?.Address);
        _channel.UpdateState(new BalancerState(state, picker));
    }

    private sealed class Attempt(Subchannel subchannel, BalancerAddress address)
    {
        public Subchannel Subchannel => subchannel;

        public BalancerAddress Address => address;

        public bool Has(BalancerAddress other) => address.EndPoint.Equals(other.EndPoint);

        public ConnectivityState State { get; set; } = ConnectivityState.Idle;

        public bool HasFailed { get; set; }
    }

    private sealed class Picker(PickResult result) : SubchannelPicker
    {
        public override PickResult Pick(PickContext context) => result;
    }

    /// <summary>Requests a lookup when the next call arrives. Its result starts to connect.</summary>
    private sealed class IdlePicker(IChannelControlHelper channel) : SubchannelPicker
    {
        public override PickResult Pick(PickContext context)
        {
            channel.RefreshResolver();
            return PickResult.ForQueue();
        }
    }

    private sealed class ReadyPicker(Subchannel subchannel, BalancerAddress address) : SubchannelPicker
    {
        private readonly PickResult _result = PickResult.ForSubchannel(subchannel);
        private readonly ResolvedUris _uris = new(address.EndPoint);

        public override PickResult Pick(PickContext context)
        {
            _uris.Apply(context.Request);
            return _result;
        }
    }
}

/// <summary>Creates the balancer of a channel to a host name.</summary>
internal sealed class HappyEyeballsBalancerFactory(HostReconnection reconnection, TimeProvider timeProvider) : LoadBalancerFactory
{
    public override string Name => HappyEyeballsBalancer.Policy;

    public override LoadBalancer Create(LoadBalancerOptions options) =>
        new HappyEyeballsBalancer(options.Controller, reconnection, timeProvider);
}
