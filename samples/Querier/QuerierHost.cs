using System.Net.Sockets;
using EndpointMtls;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Querier.Api;
using Querier.Pages;
using Querier.Stores;
using Thanos.CommandLine;
using Thanos.Compression;
using Thanos.Logging;

namespace Querier;

/// <summary>A running querier.</summary>
internal sealed class QuerierHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private QuerierHost(WebApplication application) => _application = application;

    /// <summary>The URL with the actual port.</summary>
    public string Url => _application.Urls.Single();

    /// <summary>Gets the current certificates of a realm with TLS.</summary>
    public LoadedCertificates CertificatesOf(string realm) =>
        _application.Services.GetRequiredKeyedService<RotatingCertificateProvider>(realm).Describe();

    public Task WaitForShutdownAsync(CancellationToken cancellation) => _application.WaitForShutdownAsync(cancellation);

    /// <exception cref="StartupException">The endpoints file has errors, or the address is not available.</exception>
    public static async Task<QuerierHost> StartAsync(QuerierOptions options, string endpointsConfig, CancellationToken cancellation)
    {
        // An empty builder reads no environment variables and no settings files: only the command line counts.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.HttpAddress, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Logging.AddLogs(options.LogLevel, options.LogFormat);

        builder.Services.AddRouting().AddSingleton(options).AddSingleton(TimeProvider.System)
            .AddEndpointMtls(endpointsConfig)
            .Configure<EndpointMtlsOptions>(mtls => mtls.ConfigureChannel = (_, channel) =>
            {
                // Before this, only the compressed size is limited.
                channel.CompressionProviders = [new BoundedGzip(channel.MaxReceiveMessageSize ?? int.MaxValue)];
                // The next probe must detect that a store has recovered, so gRPC must have reconnected by then.
                channel.MaxReconnectBackoff = TimeSpan.FromSeconds(5);
            })
            .AddSingleton<IEndpointProbe, ThanosInfoProbe>()
            .AddEndpointSet(set =>
            {
                set.ProbeTimeout = options.InfoTimeout;
                set.UnhealthyTimeout = options.UnhealthyTimeout;
                set.DnsInterval = options.DnsInterval;
                set.Readiness = options.Readiness;
                foreach (var server in options.DnsServers)
                    set.NameServers.Add(server.ToString());
            })
            .AddSingleton<StoreRealms>().AddSingleton<StoreFanout>()
            .AddSingleton<QueryApi>().AddSingleton<LabelApi>().AddSingleton<StoresApi>().AddSingleton<SourcesApi>().AddSingleton<RealmsApi>()
            .AddSingleton<StatusPage>().AddSingleton<PageEvents>()
            .Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));

        var application = builder.Build();
        application.Use((context, next) =>
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return next(context);
        });
        application.MapApi();
        application.MapMethods("/", [HttpMethods.Get, HttpMethods.Head], (HttpContext context, StatusPage page) => page.WriteAsync(context));
        application.MapGet("/events", (PageEvents events, CancellationToken cancellation) => events.Stream(cancellation));
        return await StartAsync(application, options, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private static async Task<QuerierHost> StartAsync(WebApplication application, QuerierOptions options, CancellationToken cancellation)
    {
        var host = new QuerierHost(application);
        try
        {
            await application.StartAsync(cancellation);
            return host;
        }
        catch (Exception error)
        {
            await application.DisposeAsync(); // It did not start, so it cannot be stopped.
            throw error switch
            {
                OptionsValidationException => new StartupException(error.Message, error),
                IOException or SocketException => new StartupException($"Cannot listen on {options.HttpAddress}: {(error.InnerException ?? error).Message}. Set another --http-address; port 0 selects a free port.", error),
                _ => error,
            };
        }
    }
}
