using Grpc.Core;

namespace EndpointMtls.Comparisons.Scaling;

/// <summary>Sends the request of the default probe, ignores the status, and counts the probes.</summary>
internal sealed class CountingProbe : IEndpointProbe
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);
    private static readonly Method<byte[], byte[]> Check = new(MethodType.Unary, "grpc.health.v1.Health", "Check", Bytes, Bytes);

    private int _count;

    public int Count => Volatile.Read(ref _count);

    public async Task<object?> ProbeAsync(GrpcEndpoint endpoint, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _count);
        using var call = endpoint.Channel.CreateCallInvoker().AsyncUnaryCall(Check, host: null, new CallOptions(cancellationToken: cancellationToken), []);
        await call.ResponseAsync;
        return null;
    }
}
