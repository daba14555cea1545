using System.Net;
using EndpointMtls.Tests.Support;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.InteropTests.Networks;

/// <summary>A TLS server in a network namespace.</summary>
internal sealed class Backend : TestServer
{
    public const string Name = "stores.example";

    /// <summary>A response header: the IP address of the server.</summary>
    public const string AddressHeader = "address";

    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(bytes => bytes, bytes => bytes);

    private Backend(NetworkNamespace network, TestCertificate certificate, IPEndPoint endPoint)
        : base(
            listen => listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => ValueTask.FromResult(new System.Net.Security.SslServerAuthenticationOptions { ServerCertificateContext = certificate.ToContext() }),
            }),
            services => services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket = network.Bind),
            application => application.Run(ServeAsync),
            HttpProtocols.Http2,
            port: endPoint.Port,
            address: endPoint.Address)
    {
    }

    /// <summary>A call that ends at once.</summary>
    public static Method<byte[], byte[]> Call { get; } = new(MethodType.Unary, "test", "Call", Bytes, Bytes);

    /// <summary>A call that sends one message, and stays open.</summary>
    public static Method<byte[], byte[]> Watch { get; } = new(MethodType.ServerStreaming, "test", "Watch", Bytes, Bytes);

    public static Task<Backend> StartAsync(NetworkNamespace network, TestCa root, IPEndPoint endPoint) =>
        StartAsync(new Backend(network, root.IssueServer($"{endPoint.Address}", Name), endPoint));

    private static async Task ServeAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.Headers[AddressHeader] = context.Connection.LocalIpAddress!.MapToIPv4().ToString();
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        if (context.Request.Path == Watch.FullName)
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
