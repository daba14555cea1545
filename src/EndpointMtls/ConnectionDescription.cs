namespace EndpointMtls;

/// <summary>A connection as it was when it opened.</summary>
public sealed record ConnectionDescription
{
    /// <summary>When the server had answered for the first time.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>What the TLS handshake agreed on; <see langword="null"/> for plaintext.</summary>
    public TlsDescription? Tls { get; init; }
}
