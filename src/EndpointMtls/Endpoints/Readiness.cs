using EndpointMtls.Realms;

namespace EndpointMtls.Endpoints;

/// <summary>Decides whether a set of endpoints is ready to be used.</summary>
internal static class Readiness
{
    /// <returns>What is still waited for; <see langword="null"/> if nothing is.</returns>
    public static string? Explain(ReadinessPolicy policy, IReadOnlyList<GrpcEndpoint> endpoints, RealmTable table, bool isDiscoveryComplete) => policy switch
    {
        ReadinessPolicy.Any => endpoints.Any(IsGood) ? null : "No endpoint is healthy.",
        ReadinessPolicy.AnyPerRealm => ExplainRealms(endpoints, table),
        _ => ExplainStrict(endpoints, isDiscoveryComplete),
    };

    private static bool IsGood(GrpcEndpoint endpoint) => endpoint.Health is EndpointHealth.Healthy or EndpointHealth.NotProbed;

    private static string? ExplainStrict(IReadOnlyList<GrpcEndpoint> endpoints, bool isDiscoveryComplete)
    {
        var unknown = endpoints.Count(endpoint => endpoint.Health == EndpointHealth.Unknown);
        return !isDiscoveryComplete ? "Not every name has been looked up yet."
            : unknown > 0 ? $"{unknown} of {endpoints.Count} endpoints have not been probed yet."
            : endpoints.FirstOrDefault(endpoint => endpoint.IsStrict && !IsGood(endpoint)) is { } strict ? $"A strict endpoint is down. {strict.LastError}"
            : null;
    }

    private static string? ExplainRealms(IReadOnlyList<GrpcEndpoint> endpoints, RealmTable table)
    {
        var good = endpoints.Where(IsGood).Select(endpoint => endpoint.Realm).ToHashSet(StringComparer.Ordinal);
        return table.Realms.FirstOrDefault(realm => realm.Definition.HasEndpoints && !good.Contains(realm.Name)) is { } realm
            ? $"No endpoint of realm '{realm.Name}' is healthy."
            : null;
    }
}
