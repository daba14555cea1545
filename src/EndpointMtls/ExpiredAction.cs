namespace EndpointMtls;

/// <summary>What new connections do when our own certificate has expired.</summary>
public enum ExpiredAction
{
    /// <summary>They present it, and the peer decides. YAML: <c>serve</c>.</summary>
    Serve,

    /// <summary>
    /// They fail with <see cref="ConnectionFailureReason.ClientCertificateExpired"/>. A certificate that is expired, or not valid yet,
    /// when the host starts is a configuration error. YAML: <c>fail</c>.
    /// </summary>
    Fail,
}
