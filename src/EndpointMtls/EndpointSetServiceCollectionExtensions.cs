using EndpointMtls;
using EndpointMtls.Channels;
using EndpointMtls.Discovery;
using EndpointMtls.Endpoints;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the live set of endpoints.</summary>
public static class EndpointSetServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IEndpointSet"/>: the endpoints that the realms of <c>AddEndpointMtls</c> list and discover, looked up and
    /// probed from the start of the host on.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets how endpoints are looked up and probed.</param>
    /// <remarks>
    /// Register an <see cref="IEndpointProbe"/> to have endpoints asked something else than <c>grpc.health.v1</c>, and an
    /// <see cref="IDnsResolver"/> to have names looked up otherwise. Values out of range throw an
    /// <see cref="OptionsValidationException"/> when the host starts or, without one, at first use. What the files and names
    /// lead to does not: a file that cannot be read, or a name that cannot be looked up, is logged, and shown in
    /// <see cref="EndpointSetSnapshot.Sources"/>.
    /// </remarks>
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

            // An endpoint that is back should be found to be back by the next probe, not only when gRPC dials again.
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
