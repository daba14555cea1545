namespace EndpointMtls;

/// <summary>Why a connection could not be made, or could not go on: to an endpoint, or from a client of a server.</summary>
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

    /// <summary>The peer sent no certificate, and one is required.</summary>
    CertificateMissing,

    /// <summary>The certificate of the peer does not lead to a trust anchor of the realm.</summary>
    UntrustedRoot,

    /// <summary>The certificate of the peer, or one above it, has expired.</summary>
    Expired,

    /// <summary>The certificate of the peer, or one above it, is not valid yet.</summary>
    NotYetValid,

    /// <summary>The certificate of the peer, or one above it, is not issued for servers or for clients (extended key usage), whichever the peer is.</summary>
    EkuMismatch,

    /// <summary>The certificate of the peer, or one above it, can be forged: its signature uses a broken hash, or its key is too short.</summary>
    WeakCertificate,

    /// <summary>The certificate of the server is for another name.</summary>
    NameMismatch,

    /// <summary>The certificate of the client is trusted, but <see cref="ServerTlsOptions.ClientAllowedSans"/> allows none of its names.</summary>
    SanNotAllowed,

    /// <summary>The certificate chain of the peer is invalid for another reason, or cannot be read.</summary>
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
