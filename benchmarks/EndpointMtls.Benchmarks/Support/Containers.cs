using EndpointMtls.Realms;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Benchmarks;

/// <summary>Creates containers with EndpointMtls.</summary>
internal static class Containers
{
    public static ServiceProvider With(IEnumerable<RealmOptions> realms, TimeProvider? timeProvider = null)
    {
        var services = new ServiceCollection()
            .AddSingleton(timeProvider ?? TimeProvider.System)
            .AddEndpointMtls(options =>
            {
                foreach (var realm in realms)
                    options.Realms.Add(realm);
            })
            .BuildServiceProvider();
        _ = services.GetRequiredService<IEndpointChannelFactory>();
        return services;
    }

    /// <summary>One realm that matches all addresses.</summary>
    public static ServiceProvider With(TlsOptions? tls, TimeProvider? timeProvider = null) =>
        With([new RealmOptions { Name = "realm", TlsConfig = tls, Match = { "*" } }], timeProvider);

    public static RealmTable GetTable(this IServiceProvider services) => services.GetRequiredService<RealmRegistry>().Table;
}
