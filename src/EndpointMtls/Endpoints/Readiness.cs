using EndpointMtls.Realms;

namespace EndpointMtls.Endpoints;

/// <summary>Decides whether a set of endpoints is ready.</summary>
internal static class Readiness
{
    /// <returns>Why the set is not ready; <see langword="null"/> if it is.</returns>
    public static string? Explain(
        ReadinessPolicy policy, IReadOnlyList<GrpcEndpoint> endpoints, RealmTable table, bool isDiscoveryComplete) => policy switch
        {
            ReadinessPolicy.Any => endpoints.Any(IsReady) ? null : "No endpoint is healthy.",
            ReadinessPolicy.AnyPerRealm => ExplainRealms(endpoints, table),
            _ => ExplainStrict(endpoints, isDiscoveryComplete),
        };

    private static bool IsReady(GrpcEndpoint endpoint) => endpoint.Health is EndpointHealth.Healthy or EndpointHealth.NotProbed;

    private static string? ExplainStrict(IReadOnlyList<GrpcEndpoint> endpoints, bool isDiscoveryComplete)
    {
        var unknown = endpoints.Count(endpoint => endpoint.Health == EndpointHealth.Unknown);
        if (!isDiscoveryComplete)
        {
            return "Some names have not been looked up yet.";
        }

        if (unknown > 0)
        {
            return $"{unknown} of {endpoints.Count} endpoints have not been probed yet.";
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
