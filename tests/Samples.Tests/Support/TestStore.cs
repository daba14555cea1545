using System.Net;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Thanos.Api;

namespace Samples.Tests.Support;

/// <summary>A store on a real socket whose responses a test writes.</summary>
internal sealed class TestStore : Store.StoreBase, IAsyncDisposable
{
    private WebApplication _application = null!;

    public string Address => new Uri(_application.Urls.Single()).Authority;

    public Func<IServerStreamWriter<SeriesResponse>, ServerCallContext, Task> SendSeries { get; init; } = (_, _) => Task.CompletedTask;

    public Func<ServerCallContext, Task<LabelNamesResponse>> SendLabelNames { get; init; } = _ => Task.FromResult(new LabelNamesResponse());

    public static async Task<TestStore> StartAsync(TestStore store, Action<GrpcServiceOptions>? configure = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(store).Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1))
            .AddGrpc(grpc =>
            {
                grpc.MaxSendMessageSize = null;
                configure?.Invoke(grpc);
            });
        store._application = builder.Build();
        store._application.MapGrpcService<TestStore>();
        store._application.MapGrpcService<TestInfo>();
        await store._application.StartAsync();
        return store;
    }

    public override Task Series(SeriesRequest request, IServerStreamWriter<SeriesResponse> responseStream, ServerCallContext context) =>
        SendSeries(responseStream, context);

    public override Task<LabelNamesResponse> LabelNames(LabelNamesRequest request, ServerCallContext context) => SendLabelNames(context);

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private sealed class TestInfo : Info.InfoBase
    {
        public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context)
        {
            context.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
            return Task.FromResult(new InfoResponse { Store = new StoreInfo { MinTime = 0, MaxTime = long.MaxValue } });
        }
    }
}
