using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Support;

/// <summary>A real Kestrel that is secured as its user would secure it, with the Echo service and what a test adds.</summary>
internal sealed class SecuredServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private SecuredServer(WebApplication application, LogRecorder logs) => (_application, Logs) = (application, logs);

    public LogRecorder Logs { get; }

    public IServiceProvider Services => _application.Services;

    public int Port { get; private set; }

    public string Address => $"127.0.0.1:{Port}";

    /// <param name="secure">Secures what is listened on, as <c>UseEndpointMtls</c> does.</param>
    /// <param name="addServices">Adds EndpointMtls; without it, that is added with no realms.</param>
    /// <param name="map">Adds to the application.</param>
    /// <param name="protocols">What is spoken.</param>
    public static async Task<SecuredServer> StartAsync(
        Action<ListenOptions> secure, Action<IServiceCollection>? addServices = null, Action<WebApplication>? map = null, HttpProtocols protocols = HttpProtocols.Http1AndHttp2)
    {
        var logs = new LogRecorder();
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.None);
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new EchoGate());
        (addServices ?? (services => services.AddEndpointMtls()))(builder.Services);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            secure(listen);
        }));
        var application = builder.Build();
        application.MapGrpcService<EchoService>();
        map?.Invoke(application);
        await application.StartAsync();
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return new SecuredServer(application, logs) { Port = new Uri(addresses.Addresses.Single()).Port };
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _application.StopAsync(atOnce.Token);
        await _application.DisposeAsync();
    }
}
