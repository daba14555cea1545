using Grpc.Core;
using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>Tells Grpc.Net.Client the one address of a channel, and that it is no more when the channel is closed.</summary>
/// <remarks>Told nothing, it would dial a server that has gone for as long as the process lives.</remarks>
internal sealed class AddressResolver(BalancerAddress address, Task<EndpointConnectionException> closed) : Resolver
{
    public override void Start(Action<ResolverResult> listener)
    {
        listener(ResolverResult.ForResult([address]));
        _ = EndAsync(listener);
    }

    private async Task EndAsync(Action<ResolverResult> listener)
    {
        var reason = await closed.ConfigureAwait(false);
        listener(ResolverResult.ForFailure(new Status(StatusCode.Unavailable, reason.Message, reason)));
    }
}

/// <summary>Makes the resolver of one channel.</summary>
internal sealed class AddressResolverFactory(BalancerAddress address, Task<EndpointConnectionException> closed) : ResolverFactory
{
    public const string Scheme = "endpoint-address";

    public override string Name => Scheme;

    public override Resolver Create(ResolverOptions options) => new AddressResolver(address, closed);
}
