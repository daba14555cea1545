namespace EndpointMtls;

/// <summary>A set of endpoints at one moment.</summary>
public sealed record EndpointSetSnapshot
{
    /// <summary>The endpoints: by realm in the order of the configuration, the listed ones first. No address is in it twice.</summary>
    public required IReadOnlyList<GrpcEndpoint> Endpoints { get; init; }

    /// <summary>Where endpoints are discovered: every file and every name, those of groups included, also those that yield none.</summary>
    public required IReadOnlyList<DiscoverySource> Sources { get; init; }

    /// <summary>What the set still waits for by its <see cref="EndpointSetOptions.Readiness"/>; <see langword="null"/> when it is, or has been, ready.</summary>
    public string? NotReadyReason { get; init; }

    /// <summary>Whether the set is ready to be used. Once it is, it stays so.</summary>
    public bool IsReady => NotReadyReason is null;
}
