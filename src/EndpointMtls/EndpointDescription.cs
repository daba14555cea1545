namespace EndpointMtls;

/// <summary>What is known of an address at one moment.</summary>
public sealed record EndpointDescription
{
    /// <summary>The address, normalised.</summary>
    public required string Address { get; init; }

    /// <summary>The name of the realm it belongs to.</summary>
    public required string Realm { get; init; }

    /// <summary>Whether the endpoint stays in use while it fails.</summary>
    public bool IsStrict { get; init; }

    /// <summary>The name expected in the server's certificate; <see langword="null"/> when the realm is plaintext.</summary>
    public string? ServerName { get; init; }

    /// <summary>Whether connections to this address are plaintext, because its realm has no TLS configuration.</summary>
    public bool IsPlaintext => ServerName is null;

    /// <summary>Whether any certificate of the server is accepted, because its realm says <c>insecure_skip_verify</c>.</summary>
    public bool InsecureSkipVerify { get; init; }

    /// <summary>The connection opened last; <see langword="null"/> before the first.</summary>
    public ConnectionDescription? LastConnection { get; init; }

    /// <summary>
    /// The failed handshake that came after <see cref="LastConnection"/>; <see langword="null"/> if there was none.
    /// Failures of the network beneath, such as a refused connection, are told by the call and not kept here.
    /// </summary>
    public EndpointConnectionException? LastFailure { get; init; }

    /// <summary>How many connections with earlier certificates are still open: because of the calls on them, or because none has come since.</summary>
    public int DrainingConnections { get; init; }
}
