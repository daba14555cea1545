using System.Diagnostics.Metrics;
using EndpointMtls.Async;
using EndpointMtls.Channels;
using EndpointMtls.Discovery;
using EndpointMtls.Dns;
using EndpointMtls.Realms;
using EndpointMtls.Serving;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Endpoints;

/// <summary>Registers the services of EndpointMtls.</summary>
internal static class CoreServices
{
    /// <summary>Registers what all extensions need, once.</summary>
    public static IServiceCollection AddCore(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(RealmRegistry)))
        {
            return services;
        }

        services.TryAddSingleton(TimeProvider.System);

        // The first load is final. Lazy keeps its exception, because the container would retry.
        services.AddSingleton(provider => new Lazy<RealmRegistry>(() => new RealmRegistry(
            provider.GetRequiredService<IOptionsFactory<EndpointMtlsOptions>>(),
            provider.GetServices<IOptionsChangeTokenSource<EndpointMtlsOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            GetLoggerFactory(provider),
            provider.GetRequiredService<EndpointMeter>(),
            provider.GetRequiredService<StartupWait>())));
        services.AddSingleton(provider => new StartupWait(
            provider.GetRequiredService<TimeProvider>(),
            DeferringLogger.Create<StartupWait>(GetLoggerFactory(provider)),
            provider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None));
        services.AddSingleton(provider => new EndpointMeter(provider.GetService<IMeterFactory>()));
        services.AddSingleton(provider => provider.GetRequiredService<Lazy<RealmRegistry>>().Value);
        services.AddSingleton<IValidateOptions<EndpointSetOptions>, EndpointSetOptionsValidator>().AddOptions<EndpointSetOptions>();
        services.TryAddSingleton<IDnsResolver>(provider => new DnsResolver(
            [.. provider.GetRequiredService<IOptions<EndpointSetOptions>>().Value.NameServers.Select(NameServerText.Parse)],
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => CreateLookups(provider, provider.GetRequiredService<IOptions<EndpointSetOptions>>().Value));
        services.AddSingleton<FailedRotations>();
        services.AddSingleton(provider => new EndpointChannelBuilder(
            provider.GetRequiredService<RealmRegistry>(),
            provider.GetRequiredService<LookupContext>(),
            GetLoggerFactory(provider),
            provider.GetRequiredService<EndpointMeter>(),
            provider.GetRequiredService<FailedRotations>(),
            provider));
        services.AddSingleton(provider => new EndpointChannelFactory(
            provider.GetRequiredService<RealmRegistry>(),
            provider.GetRequiredService<EndpointChannelBuilder>(),
            GetLoggerFactory(provider)));
        services.TryAddSingleton<IEndpointChannelFactory>(provider => provider.GetRequiredService<EndpointChannelFactory>());

        services.AddSingleton(provider => new ServerTlsCache(
            provider.GetRequiredService<RealmRegistry>(),
            provider.GetRequiredService<StartupWait>(),
            provider.GetRequiredService<TimeProvider>(),
            GetLoggerFactory(provider),
            provider.GetRequiredService<EndpointMeter>()));

        // The registry shares one provider per realm. Transient, because a singleton would outlive a realm that a reload removes.
        services.AddKeyedTransient(KeyedService.AnyKey, (provider, name) =>
            provider.GetRequiredService<RealmRegistry>().Table.GetProvider(name?.ToString() ?? ""));

        // The host creates options with ValidateOnStart before it starts services. Creating these loads the realms.
        services.AddOptions<LoadAtStart>().Configure<RealmRegistry>((_, _) => { }).ValidateOnStart();
        return services;
    }

    private static LookupContext CreateLookups(IServiceProvider provider, EndpointSetOptions options) => new(
        provider.GetRequiredService<IDnsResolver>(),
        options.DnsInterval,
        options.DnsTimeout,
        provider.GetRequiredService<TimeProvider>(),
        DeferringLogger.Create<EndpointSet>(GetLoggerFactory(provider)),
        provider.GetRequiredService<EndpointMeter>())
    {
        LookUpHost = provider.GetService<HostLookup>() ?? System.Net.Dns.GetHostAddressesAsync,
    };

    // Logging is optional.
    private static ILoggerFactory GetLoggerFactory(IServiceProvider provider) =>
        provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;

    private sealed class LoadAtStart;
}
