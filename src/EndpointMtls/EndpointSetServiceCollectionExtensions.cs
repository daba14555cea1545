using EndpointMtls;
using EndpointMtls.Channels;
using EndpointMtls.Discovery;
using EndpointMtls.Endpoints;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="IEndpointSet"/>.</summary>
public static class EndpointSetServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IEndpointSet"/>: the endpoints that the realms of <c>AddEndpointMtls</c> list and discover. Discovery and probes
    /// start with the host.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets the options of the set; by default none are changed. Several calls all apply.</param>
    /// <remarks>
    /// <para>
    /// Register an <see cref="IEndpointProbe"/> to replace the probe by <c>grpc.health.v1</c>, and an <see cref="IDnsResolver"/> to
    /// replace the DNS client.
    /// </para>
    /// <para>
    /// Options out of range throw an <see cref="OptionsValidationException"/> when the host starts or, without a host, at first use.
    /// A file or name that cannot be read or looked up does not throw: it is logged, and <see cref="EndpointSetSnapshot.Sources"/>
    /// shows it.
    /// </para>
    /// </remarks>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is <see langword="null"/>.</exception>
    public static IServiceCollection AddEndpointSet(this IServiceCollection services, Action<EndpointSetOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddEndpointMtls(_ => { }).Configure(configure ?? (_ => { }));
        if (services.Any(service => service.ServiceType == typeof(IEndpointSet)))
        {
            return services;
        }

        services.AddOptions<EndpointMtlsOptions>().Configure<IOptions<EndpointSetOptions>>((options, set) =>
        {
            options.HasEndpointSet = true;

            // The next probe must detect that an endpoint has recovered, so gRPC must have reconnected by then.
            options.MaxReconnectBackoff = set.Value.ProbeInterval;
        });
        services.TryAddSingleton<IEndpointProbe, HealthProbe>();
        services.AddSingleton<IEndpointSet>(provider => new EndpointSet(
            provider.GetRequiredService<RealmRegistry>(),
            provider.GetRequiredService<EndpointChannelFactory>(),
            provider.GetRequiredService<EndpointChannelBuilder>(),
            provider.GetRequiredService<LookupContext>(),
            provider.GetRequiredService<IEndpointProbe>(),
            provider.GetRequiredService<IOptions<EndpointSetOptions>>().Value,
            provider.GetRequiredService<EndpointMeter>()));
        services.AddOptions<BeginAtStart>().Configure<IEndpointSet>((_, _) => { }).ValidateOnStart();
        return services;
    }

    private sealed class BeginAtStart;
}
