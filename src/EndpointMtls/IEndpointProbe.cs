using Grpc.Core;

namespace EndpointMtls;

/// <summary>Asks an endpoint how it is. Register one of your own to ask in the words of your service.</summary>
/// <remarks>
/// One instance probes all endpoints, many at once: it must be thread-safe, and must not block its thread, for only what is
/// awaited can be given up. The default asks <c>grpc.health.v1</c> for the
/// health of the whole server.
/// </remarks>
public interface IEndpointProbe
{
    /// <summary>Asks once.</summary>
    /// <param name="endpoint">Whom to ask: call over its <see cref="GrpcEndpoint.Channel"/>.</param>
    /// <param name="cancellationToken">Cancelled when <see cref="EndpointSetOptions.ProbeTimeout"/> is over, and when the endpoint is not found any more.</param>
    /// <returns>What the endpoint told of itself, if it is of use to anybody: it becomes <see cref="GrpcEndpoint.ProbeResult"/>.</returns>
    /// <exception cref="Exception">
    /// The endpoint is not healthy. Of an <see cref="RpcException"/> the set tells what to do about it; of others it takes the message.
    /// </exception>
    Task<object?> ProbeAsync(GrpcEndpoint endpoint, CancellationToken cancellationToken);
}
