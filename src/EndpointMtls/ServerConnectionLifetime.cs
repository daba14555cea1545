namespace EndpointMtls;

/// <summary>How long the connections of a server live, as its options say. Immutable.</summary>
public sealed record ServerConnectionLifetime
{
    /// <inheritdoc cref="ServerTlsOptions.MaxConnectionAge"/>
    public TimeSpan? MaxConnectionAge { get; init; }

    /// <inheritdoc cref="ServerTlsOptions.MaxConnectionAgeGrace"/>
    public TimeSpan? MaxConnectionAgeGrace { get; init; }

    /// <inheritdoc cref="ServerTlsOptions.CloseOnRotation"/>
    public TimeSpan? CloseOnRotation { get; init; }

    /// <inheritdoc cref="ServerTlsOptions.OnClientCertExpired"/>
    public ClientCertificateExpiredAction OnClientCertExpired { get; init; }

    /// <inheritdoc cref="ServerTlsOptions.OnTrustRemoved"/>
    public TrustRemovedAction OnTrustRemoved { get; init; }
}
