using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>Adds the resolver of a channel, and the balancer for pending resolutions, to the services of the application.</summary>
internal sealed class ResolverServices(ResolverFactory resolver, IServiceProvider? services) : IServiceProvider
{
    private readonly ResolverFactory[] _resolvers = [resolver];

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEnumerable<ResolverFactory>) ? _resolvers
        : serviceType == typeof(IEnumerable<LoadBalancerFactory>) ? Balancers()
        : services?.GetService(serviceType);

    private LoadBalancerFactory[] Balancers()
    {
        var registered = services?.GetService(typeof(IEnumerable<LoadBalancerFactory>)) as IEnumerable<LoadBalancerFactory>;
        return [.. registered ?? [], new PendingResolutionBalancerFactory()];
    }
}
