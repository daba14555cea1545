using Grpc.Core;
using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>Queues calls until the addresses of a group are known.</summary>
/// <remarks>Without a balancer, Grpc.Net.Client would ignore the deadlines of queued calls.</remarks>
internal sealed class PendingResolutionBalancer(IChannelControlHelper channel) : LoadBalancer
{
    public const string Policy = "endpoint_group_waiting";

    public override void UpdateChannelState(ChannelState state) => channel.UpdateState(state.Status.StatusCode == StatusCode.OK
        ? new BalancerState(ConnectivityState.Connecting, new Picker(PickResult.ForQueue()))
        : new BalancerState(ConnectivityState.TransientFailure, new Picker(PickResult.ForFailure(state.Status))));

    public override void RequestConnection()
    {
        // There is no address to connect to.
    }

    private sealed class Picker(PickResult result) : SubchannelPicker
    {
        public override PickResult Pick(PickContext context) => result;
    }
}

/// <summary>Creates the balancer of a group without known addresses.</summary>
internal sealed class PendingResolutionBalancerFactory : LoadBalancerFactory
{
    public override string Name => PendingResolutionBalancer.Policy;

    public override LoadBalancer Create(LoadBalancerOptions options) => new PendingResolutionBalancer(options.Controller);
}
