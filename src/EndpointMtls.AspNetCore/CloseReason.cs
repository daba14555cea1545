namespace EndpointMtls.AspNetCore;

/// <summary>The reason why a server closes a connection: the value of the metric's tag.</summary>
internal enum CloseReason
{
    /// <summary>The connection has reached its maximum age. The client is requested to reconnect.</summary>
    Age,

    /// <summary>The server presents another certificate. The client is requested to reconnect.</summary>
    Rotation,

    /// <summary>The certificate of the client has expired. The client is requested to reconnect.</summary>
    ClientCertificateExpired,

    /// <summary>Calls were still running when the grace period after a reconnect request ended. The connection is aborted.</summary>
    GraceExceeded,

    /// <summary>The server no longer trusts the client. The connection is aborted.</summary>
    TrustRemoved,
}
