namespace EndpointMtls;

/// <summary>A set of endpoints at one moment.</summary>
public sealed record EndpointSetSnapshot
{
    /// <summary>
    /// The endpoints. Realms are in the order of the configuration, and listed endpoints come first. Each address occurs once.
    /// </summary>
    public required IReadOnlyList<GrpcEndpoint> Endpoints { get; init; }

    /// <summary>All files and names from which endpoints are discovered, including those of groups and those that yield none.</summary>
    public required IReadOnlyList<DiscoverySource> Sources { get; init; }

    /// <summary>
    /// Why the set is not ready by its <see cref="EndpointSetOptions.Readiness"/>; <see langword="null"/> if it is ready, or was ready
    /// before.
    /// </summary>
    public string? NotReadyReason { get; init; }

    /// <summary>Whether the set is ready. Once it is ready, it stays ready.</summary>
    public bool IsReady => NotReadyReason is null;
}
