using Grpc.Core;

namespace EndpointMtls.Endpoints;

/// <summary>Asks <c>grpc.health.v1</c> for the health of the whole server.</summary>
internal sealed class HealthProbe : IEndpointProbe
{
    private const int Serving = 1;

    // An empty request names no service, which means the server as a whole. The answer has one field, the status.
    private static readonly Method<byte[], byte[]> Check = new(
        MethodType.Unary,
        "grpc.health.v1.Health",
        "Check",
        Marshallers.Create(bytes => bytes, bytes => bytes),
        Marshallers.Create(bytes => bytes, bytes => bytes));

    public async Task<object?> ProbeAsync(GrpcEndpoint endpoint, CancellationToken cancellationToken)
    {
        byte[] answer;
        try
        {
            using var call = endpoint.Channel.CreateCallInvoker().AsyncUnaryCall(Check, host: null, new CallOptions(cancellationToken: cancellationToken), []);
            answer = await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unimplemented)
        {
            throw new InvalidOperationException($"it does not tell of its health by grpc.health.v1. Serve that there, register an {nameof(IEndpointProbe)} that asks something else, or write 'probe: none'", exception);
        }

        // Field 1 is a number, and zero is not sent.
        var status = answer is [0x08, var sent, ..] ? sent : 0;
        return status == Serving ? null : throw new InvalidOperationException($"it says that it is {status switch { 2 => "NOT_SERVING", 3 => "SERVICE_UNKNOWN", _ => "UNKNOWN" }}. Its log should say why");
    }
}
