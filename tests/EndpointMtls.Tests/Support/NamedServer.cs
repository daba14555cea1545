using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Support;

/// <summary>A TLS server with the Echo service on an address of the test. It records the names that clients use for it.</summary>
internal sealed class NamedServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private NamedServer(IPAddress address, int port, SslServerAuthenticationOptions tls)
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = handshake =>
                {
                    ServerNames.Enqueue(handshake.ClientHelloInfo.ServerName);
                    return ValueTask.FromResult(tls);
                },
            });
        }));
        _application = builder.Build();
        _application.Use((HttpContext context, RequestDelegate next) =>
        {
            Authorities.Enqueue(context.Request.Host.Value!);
            return next(context);
        });
        _application.MapGrpcService<EchoService>();
    }

    /// <summary>The authority of each call.</summary>
    public ConcurrentQueue<string> Authorities { get; } = new();

    /// <summary>The server name (SNI) of each handshake.</summary>
    public ConcurrentQueue<string> ServerNames { get; } = new();

    public int Port { get; private set; }

    public static async Task<NamedServer> StartAsync(IPAddress address, SslServerAuthenticationOptions tls, int port = 0)
    {
        var server = new NamedServer(address, port, tls);
        await server._application.StartAsync();
        var listening = server._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        server.Port = new Uri(listening.Addresses.Single()).Port;
        return server;
    }

    /// <summary>Accepts no more connections, and waits until running calls have finished.</summary>
    public Task StopAsync() => _application.StopAsync();

    public async ValueTask DisposeAsync()
    {
        using var immediately = new CancellationTokenSource();
        await immediately.CancelAsync();
        await _application.StopAsync(immediately.Token);
        await _application.DisposeAsync();
    }
}
