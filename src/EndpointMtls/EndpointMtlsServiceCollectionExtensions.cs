using System.Diagnostics.CodeAnalysis;
using EndpointMtls;
using EndpointMtls.Configuration.Sources;
using EndpointMtls.Endpoints;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="IEndpointChannelFactory"/>, the realms that it uses, and gRPC clients.</summary>
/// <remarks>
/// <para>All sources add to one ordered list of realms.</para>
/// <para>
/// The realms and their files are loaded when the host starts or, without a host, at first use. If anything is invalid, one
/// <see cref="OptionsValidationException"/> lists all errors.
/// </para>
/// <para>
/// When a source changes, all sources are read again. A valid configuration is applied to the realms and addresses that changed. An
/// invalid one is rejected: it is logged once, and the last valid configuration stays in use.
/// </para>
/// </remarks>
public static class EndpointMtlsServiceCollectionExtensions
{
    /// <summary>Adds the realms of a YAML file: a list of realms, or the endpoint configuration of Thanos 0.42.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="yamlPath">
    /// The path of the file, absolute or relative to the current directory. Relative paths in the file are relative to its folder. The file
    /// is read when the host starts, and when it changes.
    /// </param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException"><paramref name="yamlPath"/> is null or empty.</exception>
    public static IServiceCollection AddEndpointMtls(this IServiceCollection services, string yamlPath)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(yamlPath);

        // The two interfaces share one instance per container.
        var key = new object();
        return services.AddCore()
            .AddKeyedSingleton(key, (provider, _) => new YamlFile(yamlPath, provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<IConfigureOptions<EndpointMtlsOptions>>(provider => provider.GetRequiredKeyedService<YamlFile>(key))
            .AddSingleton<IOptionsChangeTokenSource<EndpointMtlsOptions>>(provider => provider.GetRequiredKeyedService<YamlFile>(key));
    }

    /// <summary>
    /// Adds the realms of a configuration section. It has the key <c>Realms</c>, or the keys <c>Endpoints</c> and
    /// <c>DefaultClientConfig</c> of Thanos. Keys are those of YAML; case and underscores are ignored.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="section">
    /// The section, for example <c>configuration.GetSection("EndpointMtls")</c>. Unknown keys are errors. The section is read when the host
    /// starts, and when its providers signal a change.
    /// </param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddEndpointMtls(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return services.AddEndpointMtls(options => SectionRealmSource.AddTo(options, section))
            .AddSingleton<IOptionsChangeTokenSource<EndpointMtlsOptions>>(new ConfigurationChangeTokenSource<EndpointMtlsOptions>(section));
    }

    /// <summary>Adds realms in code, and sets options of the server and of channels.</summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">
    /// A callback that changes the options. It runs when the host starts, and again when another source changes.
    /// </param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddEndpointMtls(this IServiceCollection services, Action<EndpointMtlsOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddCore().Configure(configure);
    }

    /// <summary>
    /// Permits a configuration without realms: for a process that is only a server, and has its <see cref="ServerTlsOptions"/> in
    /// code.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddEndpointMtls(this IServiceCollection services) =>
        services.AddEndpointMtls(options => options.NeedsNoRealms = true);

    /// <summary>Adds a transient gRPC client that calls one address through its shared channel.</summary>
    /// <typeparam name="TClient">
    /// A generated client, or another class with a constructor that takes a <see cref="CallInvoker"/>.
    /// </typeparam>
    /// <param name="services">The services to add to.</param>
    /// <param name="address">
    /// The address, as for <see cref="IEndpointChannelFactory.GetChannel"/>. Unless a realm matches it, the host does not start, and a
    /// reload is rejected.
    /// </param>
    /// <remarks>Use a separate client type for each address: the last registration of a type is injected.</remarks>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException"><paramref name="address"/> is null or empty.</exception>
    public static IServiceCollection AddEndpointGrpcClient<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(
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
}
