using EndpointMtls.Realms;

namespace EndpointMtls.Endpoints;

/// <summary>Decides whether a set of endpoints is ready.</summary>
internal static class Readiness
{
    /// <returns>Why the set is not ready; <see langword="null"/> if it is.</returns>
    public static string? Explain(
        ReadinessPolicy policy,
        IReadOnlyList<GrpcEndpoint> endpoints,
        IReadOnlyList<DiscoverySource> sources,
        RealmTable table,
        bool isDiscoveryComplete) => policy switch
        {
            ReadinessPolicy.Any => endpoints.Any(IsReady) ? null : "No endpoint is healthy.",
            ReadinessPolicy.AnyPerRealm => ExplainRealms(endpoints, table),
            _ when !isDiscoveryComplete => ExplainDiscovery(sources),
            _ => ExplainSources(endpoints, sources, table) ?? ExplainStrict(endpoints),
        };

    private static bool IsReady(GrpcEndpoint endpoint) => endpoint.Health is EndpointHealth.Healthy or EndpointHealth.NotProbed;

    private static string ExplainDiscovery(IReadOnlyList<DiscoverySource> sources)
    {
        var pending = sources.Where(source => source is { LastSuccess: null, LastError: null }).ToList();
        return pending.Count == 0
            ? "Discovery has not run yet."
            : $"Names that have not been looked up yet: {pending.Count}. The first is '{pending[0].Name}'.";
    }

    // A strict endpoint without probes counts as healthy, but not if its name has no addresses. And a set without any endpoint is not
    // ready because of an empty list: a name may be misspelled, or a file missing.
    private static string? ExplainSources(
        IReadOnlyList<GrpcEndpoint> endpoints, IReadOnlyList<DiscoverySource> sources, RealmTable table)
    {
        var failing = sources.Where(source => source.LastError is not null).ToList();
        var strict = table.Realms.Where(realm => realm.Definition.IsStrict).Select(realm => realm.Name).ToHashSet(StringComparer.Ordinal);
        return failing.Find(source => source.Count == 0 && strict.Contains(source.Realm)) is { } required
            ? $"A strict endpoint cannot be discovered. {required.LastError}"
            : endpoints.Count == 0 && failing.Count > 0 ? $"No endpoint is discovered. {failing[0].LastError}" : null;
    }

    private static string? ExplainStrict(IReadOnlyList<GrpcEndpoint> endpoints)
    {
        var pending = endpoints.Where(endpoint => endpoint.Health == EndpointHealth.Unknown).ToList();
        if (pending.Count > 0)
        {
            return $"Endpoints that have not been probed yet: {pending.Count} of {endpoints.Count}. The first is '{pending[0].Address}'.";
        }

        var unhealthy = endpoints.FirstOrDefault(endpoint => endpoint.IsStrict && !IsReady(endpoint));
        return unhealthy is null ? null : $"A strict endpoint is unhealthy. {unhealthy.LastError}";
    }

    private static string? ExplainRealms(IReadOnlyList<GrpcEndpoint> endpoints, RealmTable table)
    {
        var ready = endpoints.Where(IsReady).Select(endpoint => endpoint.Realm).ToHashSet(StringComparer.Ordinal);
        return table.Realms.FirstOrDefault(realm => realm.Definition.HasEndpoints && !ready.Contains(realm.Name)) is { } realm
            ? $"No endpoint of realm '{realm.Name}' is healthy."
            : null;
    }
}
