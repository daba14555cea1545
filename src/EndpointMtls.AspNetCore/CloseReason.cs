namespace EndpointMtls.AspNetCore;

/// <summary>Why a server closes a connection: the tag of the metric.</summary>
internal enum CloseReason
{
    /// <summary>It has reached its age: the client is asked to connect again.</summary>
    Age,

    /// <summary>The server has another certificate: likewise.</summary>
    Rotation,

    /// <summary>The certificate of the client has expired: likewise.</summary>
    ClientCertificateExpired,

    /// <summary>The client was asked, and calls still run: it is cut.</summary>
    GraceExceeded,

    /// <summary>The client would be let in no more: it is cut.</summary>
    TrustRemoved,
}
