using System.Net.Sockets;
using Grpc.Core;

namespace EndpointMtls;

/// <summary>Thrown when a connection to an endpoint could not be made, or was cut because its realm changed: says why, in which realm, and what to do.</summary>
/// <remarks>
/// Callers of a gRPC client get an <see cref="RpcException"/> with <see cref="StatusCode.Unavailable"/>;
/// <see cref="Find"/> takes this exception out of it.
/// </remarks>
public sealed class EndpointConnectionException : IOException
{
    internal EndpointConnectionException(
        ConnectionFailureReason reason, string realm, string address, DateTimeOffset at, string message, Exception? inner = null)
        : base(message, inner)
    {
        Reason = reason;
        Realm = realm;
        Address = address;
        At = at;
    }

    /// <summary>Why the connection could not be made, or was cut.</summary>
    public ConnectionFailureReason Reason { get; }

    /// <summary>The name of the realm.</summary>
    public string Realm { get; }

    /// <summary>The address that was dialled.</summary>
    public string Address { get; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Finds this exception in what a gRPC call threw.</summary>
    /// <param name="exception">What the call threw.</param>
    /// <returns>The exception, or <see langword="null"/> if the call failed for another reason.</returns>
    public static EndpointConnectionException? Find(Exception exception) =>
        Causes(exception).OfType<EndpointConnectionException>().FirstOrDefault();

    /// <summary>Finds the reason in what a gRPC call threw, also where the network beneath failed before we could say more.</summary>
    /// <param name="exception">What the call threw.</param>
    /// <returns>The reason, or <see langword="null"/> if the exception does not speak of a connection.</returns>
    public static ConnectionFailureReason? ReasonOf(Exception exception) =>
        Causes(exception).Select(ReasonOfCause).FirstOrDefault(reason => reason is not null);

    private static ConnectionFailureReason? ReasonOfCause(Exception cause) => cause switch
    {
        EndpointConnectionException connection => connection.Reason,
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => ConnectionFailureReason.Refused,
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => ConnectionFailureReason.NameNotResolved,
        SocketException or TimeoutException => ConnectionFailureReason.Unreachable,
        _ => null,
    };

    private static IEnumerable<Exception> Causes(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        for (var cause = exception; cause is not null; cause = (cause as RpcException)?.Status.DebugException ?? cause.InnerException)
        {
            yield return cause;
        }
    }
}
