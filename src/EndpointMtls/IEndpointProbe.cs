using Grpc.Core;

namespace EndpointMtls;

/// <summary>Checks the health of an endpoint. Register an implementation as a singleton to replace <c>grpc.health.v1</c>.</summary>
/// <remarks>
/// One instance probes all endpoints concurrently: it must be thread-safe. It must not block its thread, because a timeout can abandon
/// only asynchronous work. The default implementation checks the health of the whole server by <c>grpc.health.v1</c>.
/// </remarks>
public interface IEndpointProbe
{
    /// <summary>Checks an endpoint once. Returning means healthy.</summary>
    /// <param name="endpoint">The endpoint. Make calls on its <see cref="GrpcEndpoint.Channel"/>.</param>
    /// <param name="cancellationToken">
    /// Cancelled after <see cref="EndpointSetOptions.ProbeTimeout"/>, or when the endpoint is no longer listed or discovered.
    /// </param>
    /// <returns>Any result, or <see langword="null"/>. It becomes <see cref="GrpcEndpoint.ProbeResult"/>.</returns>
    /// <exception cref="Exception">
    /// The endpoint is unhealthy. <see cref="GrpcEndpoint.LastError"/> explains an <see cref="RpcException"/>, and has the message of any
    /// other exception.
    /// </exception>
    Task<object?> ProbeAsync(GrpcEndpoint endpoint, CancellationToken cancellationToken);
}
