using Grpc.Core;

namespace EndpointMtls.Endpoints;

/// <summary>Checks the health of the whole server with <c>grpc.health.v1</c>.</summary>
internal sealed class HealthProbe : IEndpointProbe
{
    private const int Serving = 1;
    private const int ServiceUnknown = 3;

    private const string NoStatus = "its health service has no status for the service name '' (the whole server). Set a status for ''";

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
            var options = new CallOptions(cancellationToken: cancellationToken);
            using var call = endpoint.Channel.CreateCallInvoker().AsyncUnaryCall(Check, host: null, options, []);
            status = HealthCheckResponseReader.ReadStatus(await call.ResponseAsync.ConfigureAwait(false));
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unimplemented)
        {
            throw new InvalidOperationException(
                $"it does not implement grpc.health.v1. Add this service, register another {nameof(IEndpointProbe)}, or set 'probe: false'",
                exception);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound)
        {
            throw new InvalidOperationException(NoStatus, exception);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidOperationException(
                "its grpc.health.v1 response is malformed. " +
                $"Fix its health service, register another {nameof(IEndpointProbe)}, or set 'probe: false'",
                exception);
        }

        return status == Serving
            ? null
            : throw new InvalidOperationException(
                status == ServiceUnknown ? NoStatus : $"its health status is {NameOf(status)}. Check the log of the server");
    }

    private static string NameOf(int status) => status switch
    {
        2 => "NOT_SERVING",
        _ => "UNKNOWN",
    };
}
