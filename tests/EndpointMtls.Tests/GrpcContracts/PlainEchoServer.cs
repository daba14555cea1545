using System.Net;
using EndpointMtls.Tests.Protos;
using EndpointMtls.Tests.Support;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.GrpcContracts;

/// <summary>The echo service in plain text on a free port, and a channel to it.</summary>
internal sealed class PlainEchoServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private PlainEchoServer(WebApplication app, GrpcChannelOptions options)
    {
        _app = app;
        Channel = GrpcChannel.ForAddress(app.Urls.Single(), options);
        Client = new Echo.EchoClient(Channel);
    }

    public GrpcChannel Channel { get; }

    public Echo.EchoClient Client { get; }

    public static async Task<PlainEchoServer> StartAsync(
        Action<GrpcServiceOptions>? configure = null,
        GrpcChannelOptions? channelOptions = null,
        ServerServiceDefinition? definition = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(options => configure?.Invoke(options));

        var app = builder.Build();
        if (definition is null)
            app.MapGrpcService<EchoService>();
        else
            app.MapGrpcService(definition);

        await app.StartAsync().WithTimeout();
        return new PlainEchoServer(app, channelOptions ?? new GrpcChannelOptions());
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.DisposeAsync().AsTask().WithTimeout();
    }
}
