using Grpc.Core;
using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>Reports the one address of a channel to Grpc.Net.Client, and a failure when the channel is closed.</summary>
/// <remarks>Without the failure, Grpc.Net.Client would try to reconnect to a removed server until the process ends.</remarks>
internal sealed class AddressResolver(BalancerAddress address, Task<EndpointConnectionException> closed) : Resolver
{
    public override void Start(Action<ResolverResult> listener)
    {
        listener(ResolverResult.ForResult([address]));
        _ = ReportCloseAsync(listener);
    }

    private async Task ReportCloseAsync(Action<ResolverResult> listener)
    {
        var reason = await closed.ConfigureAwait(false);
        listener(ResolverResult.ForFailure(new Status(StatusCode.Unavailable, reason.Message, reason)));
    }
}

/// <summary>Creates the resolver of one channel.</summary>
internal sealed class AddressResolverFactory(BalancerAddress address, Task<EndpointConnectionException> closed) : ResolverFactory
{
    public const string Scheme = "endpoint-address";

    public override string Name => Scheme;

    public override Resolver Create(ResolverOptions options) => new AddressResolver(address, closed);
}
