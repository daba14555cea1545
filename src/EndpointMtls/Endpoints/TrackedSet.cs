using System.Collections.Immutable;
using EndpointMtls.Realms;

namespace EndpointMtls.Endpoints;

/// <summary>The endpoints and the sources of the last search. Immutable.</summary>
/// <param name="Endpoints">The endpoints.</param>
/// <param name="Sources">The sources, without those of groups.</param>
/// <param name="HasSearched">Whether there was a search.</param>
internal sealed record TrackedSet(ImmutableArray<TrackedEndpoint> Endpoints, IReadOnlyList<TrackedSource> Sources, bool HasSearched)
{
    public static readonly TrackedSet Empty = new([], [], HasSearched: false);

    /// <summary>Describes the set at this moment.</summary>
    /// <param name="policy">When the set is ready; <see langword="null"/> if it was ready before.</param>
    /// <param name="table">The realms.</param>
    public EndpointSetSnapshot Describe(ReadinessPolicy? policy, RealmTable table)
    {
        ImmutableArray<GrpcEndpoint> endpoints = [.. Endpoints.Where(endpoint => !endpoint.IsDropped).Select(endpoint => endpoint.Current)];
        TrackedSource[] tracked = [.. Sources, .. Endpoints.Select(endpoint => endpoint.GroupSource).OfType<TrackedSource>()];
        ImmutableArray<DiscoverySource> sources = [.. tracked.Select(source => source.Current)];
        var isComplete = HasSearched && !tracked.Any(source => source.IsPending);
        return new EndpointSetSnapshot
        {
            Endpoints = endpoints,
            Sources = sources,
            NotReadyReason = policy is { } required ? Readiness.Explain(required, endpoints, sources, table, isComplete) : null,
        };
    }
}
