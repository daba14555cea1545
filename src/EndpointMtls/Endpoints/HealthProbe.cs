using Grpc.Core;

namespace EndpointMtls.Endpoints;

/// <summary>Checks the health of the whole server with <c>grpc.health.v1</c>.</summary>
internal sealed class HealthProbe : IEndpointProbe
{
    private const int Serving = 1;

    // An empty request names no service, which means the server as a whole.
    private static readonly Method<byte[], byte[]> Check = new(
        MethodType.Unary,
        "grpc.health.v1.Health",
        "Check",
        Marshallers.Create(bytes => bytes, bytes => bytes),
        Marshallers.Create(bytes => bytes, bytes => bytes));

    public async Task<object?> ProbeAsync(GrpcEndpoint endpoint, CancellationToken cancellationToken)
    {
        int status;
        try
        {
            using var call = endpoint.Channel.CreateCallInvoker().AsyncUnaryCall(Check, host: null, new CallOptions(cancellationToken: cancellationToken), []);
            status = HealthCheckResponseReader.ReadStatus(await call.ResponseAsync.ConfigureAwait(false));
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unimplemented)
        {
            throw new InvalidOperationException($"it does not tell of its health by grpc.health.v1. Serve that there, register an {nameof(IEndpointProbe)} that asks something else, or write 'probe: false'", exception);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidOperationException($"its response to grpc.health.v1 is malformed. Fix its health service, register an {nameof(IEndpointProbe)} that asks something else, or write 'probe: false'", exception);
        }

        return status == Serving ? null : throw new InvalidOperationException($"it says that it is {status switch { 2 => "NOT_SERVING", 3 => "SERVICE_UNKNOWN", _ => "UNKNOWN" }}. Its log should say why");
    }
}
