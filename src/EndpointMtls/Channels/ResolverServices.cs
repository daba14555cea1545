using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>Adds the resolver of a channel, and its balancer if it has one, to the services of the application.</summary>
internal sealed class ResolverServices(ResolverFactory resolver, IServiceProvider? services, LoadBalancerFactory? balancer = null)
    : IServiceProvider
{
    private readonly ResolverFactory[] _resolvers = [resolver];

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IEnumerable<ResolverFactory>) ? _resolvers
        : serviceType == typeof(IEnumerable<LoadBalancerFactory>) && balancer is not null ? With(balancer)
        : services?.GetService(serviceType);

    private LoadBalancerFactory[] With(LoadBalancerFactory added)
    {
        var registered = services?.GetService(typeof(IEnumerable<LoadBalancerFactory>)) as IEnumerable<LoadBalancerFactory>;
        return [.. registered ?? [], added];
    }
}
