using System.Net.Sockets;
using Grpc.Core;

namespace EndpointMtls;

/// <summary>Thrown when a connection to an endpoint could not be made: says why, in which realm, and what to do.</summary>
/// <remarks>
/// Callers of a gRPC client find it behind <c>RpcException.Status.DebugException</c>;
/// <see cref="ReasonOf"/> looks there. The status code is <c>Unavailable</c>.
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

    /// <summary>Why the connection could not be made.</summary>
    public ConnectionFailureReason Reason { get; }

    /// <summary>The name of the realm.</summary>
    public string Realm { get; }

    /// <summary>The address that was dialled.</summary>
    public string Address { get; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Finds the reason in an exception of a gRPC call or of the network beneath it.</summary>
    /// <param name="exception">What the call threw.</param>
    /// <returns>The reason, or <see langword="null"/> if the exception does not speak of a connection.</returns>
    public static ConnectionFailureReason? ReasonOf(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        for (Exception? current = exception; current is not null; current = (current as RpcException)?.Status.DebugException ?? current.InnerException)
        {
            switch (current)
            {
                case EndpointConnectionException connection:
                    return connection.Reason;
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return ConnectionFailureReason.Refused;
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return ConnectionFailureReason.NameNotResolved;
                case SocketException:
                    return ConnectionFailureReason.Unreachable;
            }
        }

        return null;
    }
}
