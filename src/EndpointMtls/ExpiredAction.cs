namespace EndpointMtls;

/// <summary>What becomes of new connections once our own certificate has expired.</summary>
public enum ExpiredAction
{
    /// <summary>They present it all the same: the server decides. YAML: <c>serve</c>.</summary>
    Serve,

    /// <summary>They fail with <see cref="ConnectionFailureReason.ClientCertificateExpired"/>. YAML: <c>fail</c>.</summary>
    Fail,
}
