using EndpointMtls;
using Grpc.Core;
using Thanos.Text;

namespace Querier.Stores;

/// <summary>Why a call to a store failed. The message begins with address and realm.</summary>
internal sealed record StoreFailure(string Message, ConnectionFailureReason? Reason)
{
    /// <summary>The message, prefixed by its reason.</summary>
    public string MessageWithReason => Reason is null ? Message : $"{Reason}: {Message}";

    public static StoreFailure From(StoreEndpoint endpoint, Exception exception) =>
        EndpointConnectionException.Find(exception) is { } connection
            ? new(connection.Message, connection.Reason)
            : new($"Endpoint '{endpoint.Address}' of realm '{endpoint.Realm}': {Describe(exception)}.", EndpointConnectionException.ReasonOf(exception));

    // The gRPC client connects the sockets itself, so these failures have no explanation by EndpointMtls.
    private static string Describe(Exception exception) => EndpointConnectionException.ReasonOf(exception) switch
    {
        ConnectionFailureReason.Refused => "the connection was refused. Check that the store runs, and the port",
        ConnectionFailureReason.NameNotResolved => "its host name cannot be resolved. Check the spelling, and the DNS",
        ConnectionFailureReason.Unreachable => "it cannot be reached. Check the address, and the network and firewalls in between",
        _ => DescribeCall(exception),
    };

    private static string DescribeCall(Exception exception) => exception switch
    {
        RpcException { StatusCode: StatusCode.DeadlineExceeded } => "it did not answer in time. Check its load, and the network in between",
        RpcException { StatusCode: StatusCode.Unimplemented } => "it does not speak the Thanos Info and Store APIs. Check the port",
        RpcException { StatusCode: StatusCode.ResourceExhausted } call when call.Status.Detail.StartsWith("Received message exceeds", StringComparison.Ordinal) =>
            "it sent a message that is too large. If it is trusted, increase 'max_receive_message_size' of its realm",
        RpcException call => $"the call failed with {call.StatusCode}: {Snippet.Of(call.Status.Detail).TrimEnd('.')}",
        _ => Snippet.Of(exception.Message).TrimEnd('.'),
    };
}
