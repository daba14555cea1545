namespace EndpointMtls;

/// <summary>What a server does with an open connection when the certificate of its client expires.</summary>
public enum ClientCertificateExpiredAction
{
    /// <summary>Keeps it: the certificate was valid when the client connected. YAML: <c>keep</c>.</summary>
    Keep,

    /// <summary>Closes it gracefully, as at the maximum connection age, so that the client reconnects. YAML: <c>close</c>.</summary>
    Close,
}
