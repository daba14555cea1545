namespace EndpointMtls;

/// <summary>
/// The policy of a server for client certificates. Names and meaning are those of <c>ClientAuthType</c> in Go's <c>crypto/tls</c>.
/// </summary>
public enum ClientAuthType
{
    /// <summary>The server requests no client certificate.</summary>
    NoClientCert,

    /// <summary>The server requests a certificate. Clients need not send one, and the server does not verify it.</summary>
    RequestClientCert,

    /// <summary>
    /// Clients must send a certificate. The server does not verify it, so it accepts a self-signed certificate of any client.
    /// </summary>
    RequireAnyClientCert,

    /// <summary>
    /// The server requests a certificate. Clients need not send one; the server rejects one that the client CA does not verify.
    /// </summary>
    VerifyClientCertIfGiven,

    /// <summary>
    /// Clients must send a certificate that the client CA verifies. This is the only policy that authenticates every client.
    /// </summary>
    RequireAndVerifyClientCert,
}
