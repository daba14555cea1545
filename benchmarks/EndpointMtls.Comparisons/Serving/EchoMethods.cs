using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace EndpointMtls.Comparisons.Serving;

/// <summary>The methods of the server, with raw bytes as messages: no serializer is measured.</summary>
internal static class EchoMethods
{
    private const string Service = "bench.Echo";
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

    /// <summary>Echoes the request.</summary>
    public static Method<byte[], byte[]> Echo { get; } = new(MethodType.Unary, Service, nameof(Echo), Bytes, Bytes);

    /// <summary>Echoes the request, with its first bytes replaced by the serial number of the client's certificate.</summary>
    public static Method<byte[], byte[]> SerialNumber { get; } = new(MethodType.Unary, Service, nameof(SerialNumber), Bytes, Bytes);

    /// <summary>Registers the methods with ASP.NET Core.</summary>
    internal sealed class Provider : IServiceMethodProvider<EchoService>
    {
        public void OnServiceMethodDiscovery(ServiceMethodProviderContext<EchoService> context)
        {
            context.AddUnaryMethod(Echo, [], static (_, request, _) => Task.FromResult(request));
            context.AddUnaryMethod(SerialNumber, [], static (_, request, call) =>
            {
                call.GetHttpContext().Connection.ClientCertificate!.SerialNumberBytes.Span.CopyTo(request);
                return Task.FromResult(request);
            });
        }
    }
}

/// <summary>An empty service type, which ASP.NET Core requires for the methods.</summary>
internal sealed class EchoService;
