using EndpointMtls.Channels;
using EndpointMtls.Text;
using Grpc.Core;

namespace EndpointMtls.Endpoints;

/// <summary>
/// Why a probe failed: a message that starts with the endpoint and ends with the fix; and the reason, if the connection failed.
/// </summary>
internal sealed record ProbeFailure(string Message, ConnectionFailureReason? Reason)
{
    public static ProbeFailure From(GrpcEndpoint endpoint, Exception exception) =>
        EndpointConnectionException.Find(exception) is { } connection
            ? new(connection.Message, connection.Reason)
            : ConnectionFailureClassifier.Network(exception) is var (reason, text) ? new(MessageOf(endpoint, $"{text}."), reason)
            : new(MessageOf(endpoint, $"{DescribeCall(exception)}."), Reason: null);

    public static ProbeFailure TimedOut(GrpcEndpoint endpoint, TimeSpan timeout)
    {
        var problem = $"it did not answer within {Duration.Format(timeout)}. Check its load, and the network in between.";
        return new(MessageOf(endpoint, problem), Reason: null);
    }

    private static string MessageOf(GrpcEndpoint endpoint, string problem) =>
        $"Endpoint '{endpoint.Address}' of realm '{endpoint.Realm}': {problem}";

    private static string DescribeCall(Exception exception) => exception switch
    {
        RpcException { StatusCode: StatusCode.Unimplemented } =>
            "it does not implement the method that the probe calls. Check the port, or set 'probe: false'",
        RpcException { StatusCode: StatusCode.DeadlineExceeded } =>
            "it did not answer in time. Check its load, and the network in between",
        RpcException { Status.DebugException: HttpRequestException or IOException } =>
            "the connection closed before it answered. Check that the server runs, and check its log",
        RpcException { Status.Detail.Length: > 0 } call =>
            $"the probe failed with {call.StatusCode}: {Snippet.Escape(call.Status.Detail.TrimEnd('.'))}",
        RpcException call => $"the probe failed with {call.StatusCode}",
        { Message: { Length: > 0 } message } => Snippet.Escape(message.TrimEnd('.')),
        _ => $"the probe threw {exception.GetType().Name}",
    };
}
