using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>Adds the resolver and the balancer of a channel to the services of the application.</summary>
internal sealed class ResolverServices(ResolverFactory resolver, LoadBalancerFactory balancer, IServiceProvider? services)
    : IServiceProvider
{
    private readonly ResolverFactory[] _resolvers = [resolver];

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEnumerable<ResolverFactory>) ? _resolvers
        : serviceType == typeof(IEnumerable<LoadBalancerFactory>) ? Balancers()
        : services?.GetService(serviceType);

    private LoadBalancerFactory[] Balancers()
    {
        var registered = services?.GetService(typeof(IEnumerable<LoadBalancerFactory>)) as IEnumerable<LoadBalancerFactory>;
        return [.. registered ?? [], balancer];
    }
}
