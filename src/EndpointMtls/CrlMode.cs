namespace EndpointMtls;

/// <summary>Whether each CA of a peer's chain must have a current certificate revocation list (CRL).</summary>
public enum CrlMode
{
    /// <summary>A CRL is used if there is one, even an expired one. A CA without a CRL has revoked nothing. YAML: <c>prefer</c>.</summary>
    Prefer,

    /// <summary>
    /// Each CA of the chain must have a CRL that has not expired. Otherwise the peer is rejected as
    /// <see cref="ConnectionFailureReason.RevocationUnknown"/>. YAML: <c>require</c>.
    /// </summary>
    Require,
}
