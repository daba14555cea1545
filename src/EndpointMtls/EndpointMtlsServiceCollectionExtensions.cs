using EndpointMtls;
using Microsoft.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="IEndpointChannelFactory"/> and clients that use it.</summary>
public static class EndpointMtlsServiceCollectionExtensions
{
    /// <summary>Adds the realms of a YAML file.</summary>
    public static IServiceCollection AddEndpointMtls(this IServiceCollection services, string yamlPath) => throw new NotSupportedException();

    /// <summary>Adds the realms of a configuration section.</summary>
    public static IServiceCollection AddEndpointMtls(this IServiceCollection services, IConfiguration configuration) => throw new NotSupportedException();

    /// <summary>Adds realms in code.</summary>
    public static IServiceCollection AddEndpointMtls(this IServiceCollection services, Action<EndpointMtlsOptions> configure) => throw new NotSupportedException();

    /// <summary>Adds a gRPC client for one address.</summary>
    public static IServiceCollection AddEndpointGrpcClient<TClient>(this IServiceCollection services, string address)
        where TClient : class => throw new NotSupportedException();
}
