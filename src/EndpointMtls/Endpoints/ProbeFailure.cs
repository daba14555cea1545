using EndpointMtls.Text;
using Grpc.Core;

namespace EndpointMtls.Endpoints;

/// <summary>Why a probe failed, in plain words that begin with the endpoint and end with what to do.</summary>
internal sealed record ProbeFailure(string Message, ConnectionFailureReason? Reason)
{
    public static ProbeFailure From(GrpcEndpoint endpoint, Exception exception) =>
        EndpointConnectionException.Find(exception) is { } connection
            ? new(connection.Message, connection.Reason)
            : new($"Endpoint '{endpoint.Address}' of realm '{endpoint.Realm}': {Describe(exception)}.", EndpointConnectionException.ReasonOf(exception));

    public static ProbeFailure TimedOut(GrpcEndpoint endpoint, TimeSpan timeout) =>
        new($"Endpoint '{endpoint.Address}' of realm '{endpoint.Realm}': it did not answer within {Duration.Format(timeout)}. Check its load, and the network in between.", Reason: null);

    // The socket beneath a channel is connected by the gRPC client itself, which does not put its failures into words.
    private static string Describe(Exception exception) => EndpointConnectionException.ReasonOf(exception) switch
    {
        ConnectionFailureReason.Refused => "nothing listens there. Check that the server runs, and the port",
        ConnectionFailureReason.NameNotResolved => "its host name cannot be resolved. Check the spelling, and the DNS",
        ConnectionFailureReason.Unreachable => "it cannot be reached. Check the address, and the network and firewalls in between",
        _ => DescribeCall(exception),
    };

    private static string DescribeCall(Exception exception) => exception switch
    {
        RpcException { StatusCode: StatusCode.Unimplemented } => "it does not speak what it was asked. Check the port; or write 'probe: false' if nothing is to be asked",
        RpcException { StatusCode: StatusCode.DeadlineExceeded } => "it did not answer in time. Check its load, and the network in between",
        RpcException { Status.DebugException: HttpRequestException or IOException } => "the connection ended before it answered. Check that the server runs; its log may say more",
        RpcException { Status.Detail.Length: > 0 } call => $"the probe failed with {call.StatusCode}: {Snippet.Escape(call.Status.Detail.TrimEnd('.'))}",
        RpcException call => $"the probe failed with {call.StatusCode}",
        { Message: { Length: > 0 } message } => Snippet.Escape(message.TrimEnd('.')),
        _ => $"the probe threw {exception.GetType().Name}",
    };
}
