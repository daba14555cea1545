namespace EndpointMtls;

/// <summary>Why a connection to an endpoint could not be made, or could not go on.</summary>
public enum ConnectionFailureReason
{
    /// <summary>None of the other reasons: the message and the inner exception say more.</summary>
    Unknown,

    /// <summary>The host name could not be resolved.</summary>
    NameNotResolved,

    /// <summary>Nothing listens at the address.</summary>
    Refused,

    /// <summary>The server could not be reached: no route, a reset, or no answer in time.</summary>
    Unreachable,

    /// <summary>The realm asks for TLS and the server speaks plaintext.</summary>
    PlaintextPeer,

    /// <summary>The realm is plaintext and the server speaks TLS.</summary>
    TlsPeer,

    /// <summary>The server closed the connection in the TLS handshake, or right after it, and nothing says why.</summary>
    HandshakeAborted,

    /// <summary>The two sides have no TLS version or cipher suite in common.</summary>
    ProtocolMismatch,

    /// <summary>The server did not agree to HTTP/2 by ALPN.</summary>
    NoAlpn,

    /// <summary>The realm is plaintext and the server does not speak HTTP/2.</summary>
    NotHttp2,

    /// <summary>The server's certificate does not chain to a certificate authority of the realm.</summary>
    UntrustedRoot,

    /// <summary>The server's certificate, or one above it, has expired.</summary>
    Expired,

    /// <summary>The server's certificate, or one above it, is not valid yet.</summary>
    NotYetValid,

    /// <summary>The server's certificate is not meant for servers (extended key usage).</summary>
    EkuMismatch,

    /// <summary>The server's certificate is for another name.</summary>
    NameMismatch,

    /// <summary>The server's certificate chain is invalid for another reason.</summary>
    InvalidChain,

    /// <summary>The server did not accept the certificate we presented, or wanted one and got none.</summary>
    ClientCertificateRejected,

    /// <summary>Our own certificate has expired, and the realm says that it must not be presented then.</summary>
    ClientCertificateExpired,

    /// <summary>The realm's certificates changed, and a call still ran over a connection from before when the drain timeout had passed.</summary>
    Drained,

    /// <summary>The authority that vouched for the server is no longer trusted, and the realm closes such connections.</summary>
    TrustRemoved,

    /// <summary>The configuration changed: no realm claims the address any more, or one that decides otherwise whether to use TLS.</summary>
    RealmRemoved,
}
