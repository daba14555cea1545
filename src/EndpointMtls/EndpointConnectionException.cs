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
    /// <returns>The reason, or <see langword="null"/> if the exception does not speak of a connection.</returns>
    public static ConnectionFailureReason? ReasonOf(Exception exception) => throw new NotSupportedException();
}
