namespace EndpointMtls;

/// <summary>The reason why a connection to an endpoint, or from a client to a server, failed or was closed.</summary>
public enum ConnectionFailureReason
{
    /// <summary>None of the other reasons. The message and the inner exception have the details.</summary>
    Unknown,

    /// <summary>The host name could not be resolved.</summary>
    NameNotResolved,

    /// <summary>The connection was refused: no server accepts connections.</summary>
    Refused,

    /// <summary>The server could not be reached: there is no route, the connection was reset, or it timed out.</summary>
    Unreachable,

    /// <summary>The realm uses TLS, and the server speaks plaintext.</summary>
    PlaintextPeer,

    /// <summary>The realm is plaintext, and the server speaks TLS.</summary>
    TlsPeer,

    /// <summary>The server closed the connection during the TLS handshake, without a known reason.</summary>
    HandshakeAborted,

    /// <summary>
    /// The server closed a new connection without a reason, before a call could be sent: it rejected our client certificate, or is
    /// stopping. The call was sent once more, on another connection, and the server closed that too.
    /// </summary>
    ClosedAfterHandshake,

    /// <summary>Client and server have no TLS version or cipher suite in common.</summary>
    ProtocolMismatch,

    /// <summary>The server did not select HTTP/2 by ALPN.</summary>
    NoAlpn,

    /// <summary>The server does not speak HTTP/2.</summary>
    NotHttp2,

    /// <summary>The peer sent no certificate, and one is required.</summary>
    CertificateMissing,

    /// <summary>The certificate chain of the peer does not end at a trust anchor of the realm.</summary>
    UntrustedRoot,

    /// <summary>A certificate in the chain of the peer has expired.</summary>
    Expired,

    /// <summary>A certificate in the chain of the peer is not valid yet.</summary>
    NotYetValid,

    /// <summary>
    /// The extended key usage of a certificate in the chain of the peer does not permit its role: <c>serverAuth</c> for a server,
    /// <c>clientAuth</c> for a client.
    /// </summary>
    EkuMismatch,

    /// <summary>
    /// A certificate in the chain of the peer can be forged: its signature uses a broken hash such as MD5 or SHA-1, or its key is weak.
    /// See <see cref="TlsOptions.AllowWeakCertificates"/>.
    /// </summary>
    WeakCertificate,

    /// <summary>The certificate of the server is for another name.</summary>
    NameMismatch,

    /// <summary>
    /// The certificate is trusted, but none of its names is in <see cref="TlsOptions.ServerAllowedSans"/> or
    /// <see cref="ServerTlsOptions.ClientAllowedSans"/>.
    /// </summary>
    SanNotAllowed,

    /// <summary>
    /// The certificate is trusted, but its chain contains none of the keys in <see cref="TlsOptions.Pins"/> or
    /// <see cref="ServerTlsOptions.ClientPins"/>.
    /// </summary>
    PinMismatch,

    /// <summary>
    /// A certificate in the chain of the peer is revoked by a certificate revocation list: see <see cref="TlsOptions.CrlFile"/> and
    /// <see cref="ServerTlsOptions.ClientCrlFile"/>.
    /// </summary>
    Revoked,

    /// <summary>
    /// A CA in the chain of the peer has no current certificate revocation list, and <see cref="CrlMode.Require"/> is set.
    /// </summary>
    RevocationUnknown,

    /// <summary>The certificate chain of the peer is invalid for another reason, or cannot be parsed.</summary>
    InvalidChain,

    /// <summary>The server rejected our client certificate, or requires one and received none.</summary>
    ClientCertificateRejected,

    /// <summary>Our own certificate has expired, and <see cref="TlsOptions.OnExpired"/> is <see cref="ExpiredAction.Fail"/>.</summary>
    ClientCertificateExpired,

    /// <summary>
    /// The certificates of the realm were rotated. The call still used a connection with the earlier ones when
    /// <see cref="TlsOptions.DrainTimeout"/> had passed, and the connection was aborted.
    /// </summary>
    Drained,

    /// <summary>
    /// The server is no longer trusted, for example because its trust anchor was removed, and <see cref="TlsOptions.OnTrustRemoved"/> is
    /// <see cref="TrustRemovedAction.Close"/>.
    /// </summary>
    TrustRemoved,

    /// <summary>
    /// The channel was closed. After a reload, no realm matches its address, or its realm turns TLS on or off or changes the group
    /// settings; or the endpoint left the set. See <see cref="IEndpointChannelFactory.GetChannel"/>.
    /// </summary>
    RealmRemoved,

    /// <summary>
    /// The connection was silent. Either the server did not respond to an HTTP/2 ping within <see cref="RealmOptions.KeepaliveTimeout"/>,
    /// and the connection was aborted; or a call was cancelled, for example by its deadline, when nothing had been received for 10 seconds
    /// or more after data was sent, and new calls use a new connection.
    /// </summary>
    Stalled,
}
