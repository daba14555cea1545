using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>Gives a channel its resolver and what waits for it, and everything else as before.</summary>
internal sealed class ResolverServices(ResolverFactory resolver, IServiceProvider? others) : IServiceProvider
{
    private readonly ResolverFactory[] _resolvers = [resolver];

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEnumerable<ResolverFactory>) ? _resolvers
        : serviceType == typeof(IEnumerable<LoadBalancerFactory>) ? Balancers()
        : others?.GetService(serviceType);

    private LoadBalancerFactory[] Balancers() =>
        [.. others?.GetService(typeof(IEnumerable<LoadBalancerFactory>)) as IEnumerable<LoadBalancerFactory> ?? [], new PendingResolutionBalancerFactory()];
}
