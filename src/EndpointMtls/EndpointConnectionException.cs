using System.Net.Sockets;
using Grpc.Core;

namespace EndpointMtls;

/// <summary>
/// The exception for a connection to an endpoint that could not be made, or was aborted because its realm changed. The message has
/// the endpoint, the realm, the reason and what to do.
/// </summary>
/// <remarks>
/// Calls of a gRPC client throw an <see cref="RpcException"/> with <see cref="StatusCode.Unavailable"/>. <see cref="Find"/> gets this
/// exception from it.
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

    /// <summary>The reason why the connection could not be made, or was aborted.</summary>
    public ConnectionFailureReason Reason { get; }

    /// <summary>The name of the realm.</summary>
    public string Realm { get; }

    /// <summary>The address of the endpoint, in its normal form.</summary>
    public string Address { get; }

    /// <summary>When the connection failed, in UTC.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Finds the exception of this type that caused a gRPC call to fail.</summary>
    /// <param name="exception">The exception that the call threw.</param>
    /// <returns>The exception; <see langword="null"/> if the call failed for another reason.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is <see langword="null"/>.</exception>
    public static EndpointConnectionException? Find(Exception exception) =>
        Causes(exception).OfType<EndpointConnectionException>().FirstOrDefault();

    /// <summary>
    /// Finds the reason why a gRPC call failed. Also recognises socket errors and timeouts that no exception of this type wraps.
    /// </summary>
    /// <param name="exception">The exception that the call threw.</param>
    /// <returns>The reason; <see langword="null"/> if no connection failed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is <see langword="null"/>.</exception>
    public static ConnectionFailureReason? ReasonOf(Exception exception) =>
        Causes(exception).Select(ReasonOfCause).FirstOrDefault(reason => reason is not null);

    private static ConnectionFailureReason? ReasonOfCause(Exception cause) => cause switch
    {
        EndpointConnectionException connection => connection.Reason,
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => ConnectionFailureReason.Refused,
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } =>
            ConnectionFailureReason.NameNotResolved,
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
