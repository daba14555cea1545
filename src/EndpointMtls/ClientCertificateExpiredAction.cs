namespace EndpointMtls;

/// <summary>What becomes of a connection when the certificate of its client expires.</summary>
public enum ClientCertificateExpiredAction
{
    /// <summary>It stays: the certificate was valid when the client connected. YAML: <c>keep</c>.</summary>
    Keep,

    /// <summary>The client is asked to connect again, as when the connection has reached its age. YAML: <c>close</c>.</summary>
    Close,
}
