namespace EndpointMtls;

/// <summary>The public facts of a certificate revocation list (CRL).</summary>
public sealed record RevocationListDescription
{
    /// <summary>The distinguished name of the CA.</summary>
    public required string Issuer { get; init; }

    /// <summary>When the CRL was issued, in UTC.</summary>
    public required DateTimeOffset ThisUpdate { get; init; }

    /// <summary>When the CRL expires, because a newer one is due, in UTC.</summary>
    public required DateTimeOffset NextUpdate { get; init; }

    /// <summary>The number of revoked certificates.</summary>
    public required int Count { get; init; }
}
