using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace EndpointMtls.Comparisons.Serving;

/// <summary>What the server can be asked, as bytes: the cost of a format is nobody's here.</summary>
internal static class EchoMethods
{
    private const string Service = "bench.Echo";
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

    /// <summary>Answers with what it was sent.</summary>
    public static Method<byte[], byte[]> Echo { get; } = new(MethodType.Unary, Service, nameof(Echo), Bytes, Bytes);

    /// <summary>Answers with what it was sent, its beginning replaced by the serial number of the client's certificate.</summary>
    public static Method<byte[], byte[]> Who { get; } = new(MethodType.Unary, Service, nameof(Who), Bytes, Bytes);

    /// <summary>Tells ASP.NET Core of the methods.</summary>
    internal sealed class Provider : IServiceMethodProvider<EchoService>
    {
        public void OnServiceMethodDiscovery(ServiceMethodProviderContext<EchoService> context)
        {
            context.AddUnaryMethod(Echo, [], static (_, request, _) => Task.FromResult(request));
            context.AddUnaryMethod(Who, [], static (_, request, call) =>
            {
                call.GetHttpContext().Connection.ClientCertificate!.SerialNumberBytes.Span.CopyTo(request);
                return Task.FromResult(request);
            });
        }
    }
}

/// <summary>What ASP.NET Core knows the methods by; it has nothing of its own.</summary>
internal sealed class EchoService;
