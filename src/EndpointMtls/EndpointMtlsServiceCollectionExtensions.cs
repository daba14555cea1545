using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using EndpointMtls;
using EndpointMtls.Async;
using EndpointMtls.Channels;
using EndpointMtls.Configuration.Sources;
using EndpointMtls.Discovery;
using EndpointMtls.Dns;
using EndpointMtls.Endpoints;
using EndpointMtls.Realms;
using EndpointMtls.Serving;
using EndpointMtls.Telemetry;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="IEndpointChannelFactory"/>, the realms it draws on, and clients that use it.</summary>
/// <remarks>
/// All sources add to one ordered list of realms. Everything that is wrong with them is thrown at once as an
/// <see cref="OptionsValidationException"/>: when the host starts or, without a host, at first use. That includes the
/// files of every realm whose keys are sound. Later, when a source has changed, all of them are read again: what is
/// valid comes into force, for the realms and addresses it concerns; what is not changes nothing, and is logged once.
/// </remarks>
public static class EndpointMtlsServiceCollectionExtensions
{
    /// <summary>Adds the realms of a YAML file: a list of them, or endpoints as Thanos 0.42 writes them. Relative paths in it are taken from its folder.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="yamlPath">The file; a relative path is taken from the current directory. It is read when the host starts, and when it changes.</param>
    public static IServiceCollection AddEndpointMtls(this IServiceCollection services, string yamlPath)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(yamlPath);

        // One instance a container, behind two interfaces.
        var key = new object();
        return services.AddCore()
            .AddKeyedSingleton(key, (provider, _) => new YamlFile(yamlPath, provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<IConfigureOptions<EndpointMtlsOptions>>(provider => provider.GetRequiredKeyedService<YamlFile>(key))
            .AddSingleton<IOptionsChangeTokenSource<EndpointMtlsOptions>>(provider => provider.GetRequiredKeyedService<YamlFile>(key));
    }

    /// <summary>Adds the realms of a configuration section that holds <c>Realms</c>, or what Thanos calls <c>Endpoints</c> and <c>DefaultClientConfig</c>, with the YAML's keys in any case and with or without underscores.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="section">A section of its own, for example <c>configuration.GetSection("EndpointMtls")</c>: unknown keys are errors. Changes are taken over when its providers signal them.</param>
    public static IServiceCollection AddEndpointMtls(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddEndpointMtls(options => SectionRealmSource.AddTo(options, section))
            .AddSingleton<IOptionsChangeTokenSource<EndpointMtlsOptions>>(new ConfigurationChangeTokenSource<EndpointMtlsOptions>(section));
    }

    /// <summary>Adds realms in code, and decides how channels are made.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Called when the host starts, and again whenever another source has changed.</param>
    public static IServiceCollection AddEndpointMtls(this IServiceCollection services, Action<EndpointMtlsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddCore().Configure(configure);
    }

    /// <summary>Adds no realms, and needs none: for a process that is a server, and describes in code what it presents and whom it lets in.</summary>
    /// <param name="services">The services to add to.</param>
    public static IServiceCollection AddEndpointMtls(this IServiceCollection services) => services.AddEndpointMtls(options => options.NeedsNoRealms = true);

    /// <summary>Adds a gRPC client, transient, that calls one address through the shared channel.</summary>
    /// <typeparam name="TClient">A generated client, or any class with a constructor that takes a <see cref="CallInvoker"/>.</typeparam>
    /// <param name="services">The services to add to.</param>
    /// <param name="address">The address, as <see cref="IEndpointChannelFactory.GetChannel"/> takes it. A realm must claim it when the host starts.</param>
    /// <remarks>As with every service, the registration made last is the one that is injected: give each address a client type of its own.</remarks>
    public static IServiceCollection AddEndpointGrpcClient<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(
        this IServiceCollection services,
        string address)
        where TClient : class
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(address);
        var create = ActivatorUtilities.CreateFactory<TClient>([typeof(CallInvoker)]);
        services.AddCore().Configure<EndpointMtlsOptions>(options => options.ClientAddresses.Add(address));
        return services.AddTransient(provider =>
            create(provider, [provider.GetRequiredService<IEndpointChannelFactory>().GetChannel(address).CreateCallInvoker()]));
    }

    private static IServiceCollection AddCore(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(RealmRegistry)))
        {
            return services;
        }

        services.TryAddSingleton(TimeProvider.System);

        // Lazy keeps the exception of a failed load: the container would try again, and the first load is final.
        services.AddSingleton(provider => new Lazy<RealmRegistry>(() => new RealmRegistry(
            provider.GetRequiredService<IOptionsFactory<EndpointMtlsOptions>>(),
            provider.GetServices<IOptionsChangeTokenSource<EndpointMtlsOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            GetLoggerFactory(provider),
            provider.GetRequiredService<EndpointMeter>())));
        services.AddSingleton(provider => new EndpointMeter(provider.GetService<IMeterFactory>()));
        services.AddSingleton(provider => provider.GetRequiredService<Lazy<RealmRegistry>>().Value);
        services.AddSingleton<IValidateOptions<EndpointSetOptions>, EndpointSetOptionsValidator>().AddOptions<EndpointSetOptions>();
        services.TryAddSingleton<IDnsResolver>(provider => new DnsResolver(
            [.. provider.GetRequiredService<IOptions<EndpointSetOptions>>().Value.NameServers.Select(NameServerText.Parse)],
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => CreateLookups(provider, provider.GetRequiredService<IOptions<EndpointSetOptions>>().Value));
        services.AddSingleton(provider => new EndpointChannelBuilder(
            provider.GetRequiredService<RealmRegistry>(),
            provider.GetRequiredService<LookupContext>(),
            GetLoggerFactory(provider),
            provider.GetRequiredService<EndpointMeter>(),
            provider));
        services.AddSingleton(provider => new EndpointChannelFactory(
            provider.GetRequiredService<RealmRegistry>(),
            provider.GetRequiredService<EndpointChannelBuilder>(),
            GetLoggerFactory(provider)));
        services.TryAddSingleton<IEndpointChannelFactory>(provider => provider.GetRequiredService<EndpointChannelFactory>());

        services.AddSingleton(provider => new ServerTlsCache(
            provider.GetRequiredService<RealmRegistry>(),
            provider.GetRequiredService<TimeProvider>(),
            GetLoggerFactory(provider),
            provider.GetRequiredService<EndpointMeter>()));

        // The registry shares one per realm. The container must not keep what a realm may take along when it goes.
        services.AddKeyedTransient(KeyedService.AnyKey, (provider, name) =>
            provider.GetRequiredService<RealmRegistry>().Table.GetProvider(name?.ToString() ?? ""));

        // The host creates all options marked like this before anything runs; these need the realms, so that loads them.
        services.AddOptions<LoadAtStart>().Configure<RealmRegistry>((_, _) => { }).ValidateOnStart();
        return services;
    }

    private static LookupContext CreateLookups(IServiceProvider provider, EndpointSetOptions options) => new(
        provider.GetRequiredService<IDnsResolver>(),
        options.DnsInterval,
        options.DnsTimeout,
        provider.GetRequiredService<TimeProvider>(),
        DeferringLogger.Create<EndpointSet>(GetLoggerFactory(provider)),
        provider.GetRequiredService<EndpointMeter>());

    // A bare ServiceCollection has no logging, and need not have any.
    private static ILoggerFactory GetLoggerFactory(IServiceProvider provider) =>
        provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;

    private sealed class LoadAtStart;
}
