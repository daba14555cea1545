namespace EndpointMtls;

/// <summary>What a server demands of the certificates of its clients. The names and their meaning are those of Go's <c>crypto/tls</c>.</summary>
public enum ClientAuthType
{
    /// <summary>No client is asked for a certificate.</summary>
    NoClientCert,

    /// <summary>Clients are asked for a certificate. They need not have one, and nobody verifies what they send.</summary>
    RequestClientCert,

    /// <summary>Clients must send a certificate, and nobody verifies it: whoever makes one for himself gets in.</summary>
    RequireAnyClientCert,

    /// <summary>Clients are asked for a certificate. They need not have one, but the one they send must lead to the client CA.</summary>
    VerifyClientCertIfGiven,

    /// <summary>Clients must send a certificate that leads to the client CA. The only one that keeps strangers out.</summary>
    RequireAndVerifyClientCert,
}
