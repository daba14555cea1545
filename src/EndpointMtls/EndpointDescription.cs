namespace EndpointMtls;

/// <summary>An address at one moment: its realm, its TLS settings and its connections.</summary>
public sealed record EndpointDescription
{
    /// <summary>The address in its normal form.</summary>
    public required string Address { get; init; }

    /// <summary>The name of the realm that the address belongs to.</summary>
    public required string Realm { get; init; }

    /// <summary>Whether the endpoint stays in use while it fails: see <see cref="RealmOptions.Strict"/>.</summary>
    public bool IsStrict { get; init; }

    /// <summary>The name that the server's certificate must have; <see langword="null"/> if the realm is plaintext.</summary>
    public string? ServerName { get; init; }

    /// <summary>Whether connections to this address are plaintext.</summary>
    public bool IsPlaintext => ServerName is null;

    /// <summary>Whether the server's certificate is not verified: see <see cref="TlsOptions.InsecureSkipVerify"/>.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>Whether weak certificates are accepted: see <see cref="TlsOptions.AllowWeakCertificates"/>.</summary>
    public bool AllowWeakCertificates { get; init; }

    /// <summary>The connection that opened last; <see langword="null"/> before the first.</summary>
    public ConnectionDescription? LastConnection { get; init; }

    /// <summary>
    /// The last connection attempt or lookup that failed since <see cref="LastConnection"/>; <see langword="null"/> if there was none. Of
    /// a host with several addresses, only if all of them failed; of a group, each address counts.
    /// </summary>
    public EndpointConnectionException? LastFailure { get; init; }

    /// <summary>
    /// Why calls stay on connections with the previous client certificate after a rotation; <see langword="null"/> if they do not. See
    /// <see cref="TlsOptions.OnIdentityRejected"/>.
    /// </summary>
    public EndpointConnectionException? RotationFailure { get; init; }

    /// <summary>
    /// How many connections of earlier certificate generations are still open: calls still use them, or no later connection has been
    /// made yet.
    /// </summary>
    public int DrainingConnections { get; init; }
}
