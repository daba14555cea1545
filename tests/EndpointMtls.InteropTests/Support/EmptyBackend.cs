using EndpointMtls.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.InteropTests.Support;

/// <summary>A plaintext Kestrel that responds to every call with an empty message.</summary>
internal sealed class EmptyBackend() : TestServer(
    _ => { },
    services => services.Configure<KestrelServerOptions>(options => options.AllowAlternateSchemes = true),
    application => application.Run(async context =>
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }),
    HttpProtocols.Http2)
{
    private static readonly Method<byte[], byte[]> Method = new(
        MethodType.Unary, "test", "Call", Marshallers.Create(bytes => bytes, bytes => bytes), Marshallers.Create(bytes => bytes, bytes => bytes));

    public static Task<EmptyBackend> StartAsync() => StartAsync(new EmptyBackend());

    public static async Task CallAsync(GrpcChannel channel) =>
        await channel.CreateCallInvoker().AsyncUnaryCall(Method, null, new CallOptions(deadline: DateTime.UtcNow.AddSeconds(20)), []);
}
