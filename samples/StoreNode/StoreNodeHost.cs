using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using StoreNode.Api;
using StoreNode.Metrics;
using StoreNode.Storage;

namespace StoreNode;

/// <summary>A running node: it samples itself and answers queriers until it is disposed.</summary>
internal sealed class StoreNodeHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private StoreNodeHost(WebApplication application) => _application = application;

    /// <summary>The address with the port that was really taken.</summary>
    public string Address => new Uri(_application.Urls.Single()).GetComponents(UriComponents.Host | UriComponents.StrongPort, UriFormat.Unescaped);

    /// <exception cref="StartupException">A certificate file is unusable, or the address is.</exception>
    public static async Task<StoreNodeHost> StartAsync(StoreNodeOptions options, CancellationToken cancellation = default)
    {
        // An empty builder heeds no environment variable and no settings file: the options are all there is.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(options.Address, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (options.Tls is { } tls)
                listen.UseEndpointMtls(tls);
        }));
        // Standard output is for the one line that a parent process waits for.
        builder.Logging.SetMinimumLevel(LogLevel.Warning)
            .AddFilter("EndpointMtls", options.LogLevel)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical) // A failed start becomes a StartupException.
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton(options).AddSingleton(TimeProvider.System)
            .AddSingleton<SeriesStore>().AddSingleton<ProcessMetrics>().AddHostedService<Sampler>()
            .Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5))
            .AddEndpointMtls().AddGrpc();

        var application = Build(builder);
        application.MapGrpcService<InfoService>();
        application.MapGrpcService<StoreService>();
        await StartAsync(application, options.Address, cancellation);
        return new StoreNodeHost(application);
    }

    /// <summary>Returns on a signal, or once <paramref name="input"/>, when there is one, has ended.</summary>
    public async Task WaitForShutdownAsync(Stream? input, CancellationToken cancellation)
    {
        var signal = _application.WaitForShutdownAsync(cancellation);
        if (input is not null && await Task.WhenAny(signal, input.CopyToAsync(Stream.Null, cancellation)) != signal)
            _application.Lifetime.StopApplication();
        await signal;
    }

    public ValueTask DisposeAsync() => StopAsync(_application);

    // Kestrel is made here, and with it what it presents and whom it lets in.
    private static WebApplication Build(WebApplicationBuilder builder)
    {
        try
        {
            return builder.Build();
        }
        catch (OptionsValidationException error)
        {
            throw new StartupException(error.Message, error);
        }
    }

    private static async Task StartAsync(WebApplication application, IPEndPoint address, CancellationToken cancellation)
    {
        try
        {
            await application.StartAsync(cancellation);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            await StopAsync(application);
            throw new StartupException($"Cannot listen on {address}: {(error.InnerException ?? error).Message}. Give --grpc-address another one; port 0 takes any free port.", error);
        }
    }

    private static async ValueTask StopAsync(WebApplication application)
    {
        await application.StopAsync();
        await application.DisposeAsync();
    }
}
