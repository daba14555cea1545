using EndpointMtls.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Support;

/// <summary>A container with EndpointMtls in it, and what it logged.</summary>
internal sealed class TestServices : IAsyncDisposable
{
    private readonly ServiceProvider _provider;

    public TestServices(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(Logs).SetMinimumLevel(LogLevel.Debug).AddFilter("Grpc", LogLevel.None));
        add(services);
        _provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
        TestDisposables.Register(this);
    }

    public LogRecorder Logs { get; } = new();

    public IEndpointChannelFactory Factory => Get<IEndpointChannelFactory>();

    public static TestServices With(params RealmOptions[] realms) => new(services => services.AddEndpointMtls(options =>
    {
        foreach (var realm in realms)
        {
            options.Realms.Add(realm);
        }
    }));

    public ServerTls GetServer(ServerTlsOptions? options = null) => ServerTls.Get(_provider, options);

    public T Get<T>()
        where T : notnull => _provider.GetRequiredService<T>();

    public T Get<T>(string key)
        where T : notnull => _provider.GetRequiredKeyedService<T>(key);

    public ValueTask DisposeAsync() => _provider.DisposeAsync();
}
