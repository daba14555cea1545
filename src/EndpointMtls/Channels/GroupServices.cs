using Grpc.Net.Client.Balancer;

namespace EndpointMtls.Channels;

/// <summary>Gives the channel of a group its resolver, and everything else as before.</summary>
internal sealed class GroupServices(GroupDestination group, IServiceProvider? others) : IServiceProvider
{
    private readonly ResolverFactory[] _factories = [new GroupResolverFactory(group)];

    public object? GetService(Type serviceType) => serviceType == typeof(IEnumerable<ResolverFactory>) ? _factories : others?.GetService(serviceType);
}
