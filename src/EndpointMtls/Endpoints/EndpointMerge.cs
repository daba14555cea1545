using System.Collections.Immutable;

namespace EndpointMtls.Endpoints;

/// <summary>Merges endpoints with the same address.</summary>
internal static class EndpointMerge
{
    /// <param name="discovered">The endpoints, in the order of their realms.</param>
    /// <returns>
    /// The endpoints in the same order, each address once. For each address that belongs to several realms: its owner and each other
    /// realm.
    /// </returns>
    public static (ImmutableArray<DiscoveredEndpoint> Endpoints, ImmutableArray<EndpointConflict> Conflicts) Merge(
        IReadOnlyList<DiscoveredEndpoint> discovered)
    {
        // A realm that lists an address owns it, even if an earlier realm discovers it.
        var owners = new Dictionary<string, DiscoveredEndpoint>(discovered.Count, StringComparer.Ordinal);
        foreach (var endpoint in discovered.Where(endpoint => endpoint.IsListed).Concat(discovered))
        {
            owners.TryAdd(endpoint.Address, endpoint);
        }

        return (
            [.. discovered.Where(endpoint => ReferenceEquals(owners[endpoint.Address], endpoint))],
            [.. discovered.Where(endpoint => owners[endpoint.Address].Realm.Name != endpoint.Realm.Name)
                .DistinctBy(endpoint => (endpoint.Address, endpoint.Realm.Name))
                .Select(endpoint => new EndpointConflict(owners[endpoint.Address], endpoint))]);
    }
}

/// <summary>The same address in two realms. The owner keeps it.</summary>
internal sealed record EndpointConflict(DiscoveredEndpoint Owner, DiscoveredEndpoint Other);
