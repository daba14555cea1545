using System.Net;
using System.Net.Security;
using EndpointMtls.Addressing;
using EndpointMtls.Channels;
using EndpointMtls.Realms;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Benchmarks;

/// <summary>A Kestrel server that requires client certificates, a realm with a client certificate, and channels built by hand with the same.</summary>
internal sealed class BenchmarkServer : IAsyncDisposable
{
    private readonly Pki _pki = new();
    private readonly WebApplication _application;
    private readonly SslClientAuthenticationOptions _byHand;
    private readonly EndpointChannelBuilder _maker;
    private readonly RealmTable _table;

    private BenchmarkServer()
    {
        var tls = _pki.CreateServerOptions();
        _byHand = _pki.CreateClientOptions();
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls) });
        }));
        _application = builder.Build();
        _application.MapGrpcService(BytesService.Definition);
        Services = Containers.With(_pki.Tls);
        (_maker, _table) = (Services.GetRequiredService<EndpointChannelBuilder>(), Services.GetTable());
    }

    /// <summary>The factory of EndpointMtls.</summary>
    public ServiceProvider Services { get; }

    public int Port { get; private set; }

    public string Address { get; private set; } = "";

    public static async Task<BenchmarkServer> StartAsync()
    {
        var server = new BenchmarkServer();
        await server._application.StartAsync();
        server.Port = new Uri(server._application.Urls.Single()).Port;
        server.Address = $"127.0.0.1:{server.Port}";
        return server;
    }

    /// <summary>Creates a channel by hand, with static TLS options.</summary>
    public GrpcChannel CreateChannelByHand()
    {
        var handler = new SocketsHttpHandler
        {
            SslOptions = _byHand,
            EnableMultipleHttp2Connections = true,
            UseProxy = false,
        };
        return GrpcChannel.ForAddress($"https://{Address}", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
    }

    /// <summary>Gets the channel of the factory to the server.</summary>
    public GrpcChannel GetChannel() => Services.GetRequiredService<IEndpointChannelFactory>().GetChannel(Address);

    /// <summary>Does the same as the first <see cref="GetChannel"/>, without caching the channel.</summary>
    public EndpointChannel CreateChannel()
    {
        _ = EndpointTarget.TryParse(Address, out var target, out _);
        return _maker.Create(target!, _table.Find(target!)!);
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        await _application.DisposeAsync();
        _pki.Dispose();
    }
}
