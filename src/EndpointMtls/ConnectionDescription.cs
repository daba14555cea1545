namespace EndpointMtls;

/// <summary>A connection to an endpoint, as it was when it opened.</summary>
public sealed record ConnectionDescription
{
    /// <summary>The time of the server's first response, in UTC.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>The result of the TLS handshake; <see langword="null"/> for plaintext.</summary>
    public TlsDescription? Tls { get; init; }
}
