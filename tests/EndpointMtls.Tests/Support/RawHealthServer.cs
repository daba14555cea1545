using System.Net;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.Support;

/// <summary>A plaintext gRPC server whose <c>grpc.health.v1</c> response contains any bytes.</summary>
internal sealed class RawHealthServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private RawHealthServer(byte[] response)
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        var service = new Service(response);
        builder.Services.AddSingleton(service).AddSingleton<IServiceMethodProvider<Service>>(service);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        _application = builder.Build();
        _application.MapGrpcService<Service>();
    }

    public string Address => new Uri(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;

    public static async Task<RawHealthServer> StartAsync(byte[] response)
    {
        var server = new RawHealthServer(response);
        await server._application.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var immediately = new CancellationTokenSource();
        await immediately.CancelAsync();
        await _application.StopAsync(immediately.Token);
        await _application.DisposeAsync();
    }

    private sealed class Service(byte[] response) : IServiceMethodProvider<Service>
    {
        private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);
        private static readonly Method<byte[], byte[]> Check = new(MethodType.Unary, "grpc.health.v1.Health", "Check", Bytes, Bytes);

        public void OnServiceMethodDiscovery(ServiceMethodProviderContext<Service> context) =>
            context.AddUnaryMethod(Check, [], (_, _, _) => Task.FromResult(response));
    }
}
