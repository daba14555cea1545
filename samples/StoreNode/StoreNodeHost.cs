using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using StoreNode.Api;
using StoreNode.Metrics;
using StoreNode.Storage;
using Thanos.CommandLine;
using Thanos.Compression;
using Thanos.Logging;

namespace StoreNode;

/// <summary>A running node: it samples its metrics and serves queriers until it is disposed.</summary>
internal sealed class StoreNodeHost : IAsyncDisposable
{
    // The default of gRPC for received messages.
    private const int DefaultMessageSize = 4 * 1024 * 1024;

    private readonly WebApplication _application;

    private StoreNodeHost(WebApplication application) => _application = application;

    /// <summary>The address with the actual port.</summary>
    public string Address => new Uri(_application.Urls.Single()).GetComponents(UriComponents.Host | UriComponents.StrongPort, UriFormat.Unescaped);

    /// <exception cref="StartupException">A certificate file is invalid, or the address is not available.</exception>
    public static async Task<StoreNodeHost> StartAsync(StoreNodeOptions options, CancellationToken cancellation = default)
    {
        // An empty builder reads no environment variables and no settings files: only the command line counts.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            // Behind a proxy that terminates TLS, a plaintext node receives requests with the scheme "https".
            kestrel.AllowAlternateSchemes = true;
            kestrel.Listen(options.Address, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (options.Tls is { } tls)
                    listen.UseEndpointMtls(tls);
            });
        });
        builder.Logging.AddLogs(options.LogLevel, options.LogFormat);
        builder.Services.AddSingleton(options).AddSingleton(TimeProvider.System)
            .AddSingleton<SeriesStore>().AddSingleton<ProcessMetrics>().AddHostedService<Sampler>()
            .Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1))
            .AddEndpointMtls().AddGrpc(grpc => grpc.CompressionProviders = [new BoundedGzip(grpc.MaxReceiveMessageSize ?? DefaultMessageSize)]);

        var application = Build(builder);
        application.MapGrpcService<InfoService>();
        application.MapGrpcService<StoreService>();
        await StartAsync(application, options.Address, cancellation);
        return new StoreNodeHost(application);
    }

    /// <summary>Waits for a signal, or for the end of <paramref name="input"/> if it is not null.</summary>
    public async Task WaitForShutdownAsync(Stream? input, CancellationToken cancellation)
    {
        var signal = _application.WaitForShutdownAsync(cancellation);
        if (input is not null && await Task.WhenAny(signal, input.CopyToAsync(Stream.Null, cancellation)) != signal)
            _application.Lifetime.StopApplication();
        await signal;
    }

    public ValueTask DisposeAsync() => StopAsync(_application);

    // This creates Kestrel, and loads its certificates.
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
            throw new StartupException($"Cannot listen on {address}: {(error.InnerException ?? error).Message}. Set another --grpc-address; port 0 selects a free port.", error);
        }
    }

    private static async ValueTask StopAsync(WebApplication application)
    {
        await application.StopAsync();
        await application.DisposeAsync();
    }
}
