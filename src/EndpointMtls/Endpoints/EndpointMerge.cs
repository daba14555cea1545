using System.Collections.Immutable;

namespace EndpointMtls.Endpoints;

/// <summary>Makes one endpoint of an address that was found more than once.</summary>
internal static class EndpointMerge
{
    /// <param name="found">What was found, realm by realm in their order.</param>
    /// <returns>Each address once, in the same order; and where two realms found it, the one that has it and each that does not.</returns>
    public static (ImmutableArray<DiscoveredEndpoint> Endpoints, ImmutableArray<EndpointConflict> Conflicts) Merge(IReadOnlyList<DiscoveredEndpoint> found)
    {
        // As everywhere, what a realm lists is its own, whatever others find out.
        var owners = new Dictionary<string, DiscoveredEndpoint>(found.Count, StringComparer.Ordinal);
        foreach (var endpoint in found.Where(endpoint => endpoint.IsListed).Concat(found))
        {
            owners.TryAdd(endpoint.Address, endpoint);
        }

        return (
            [.. found.Where(endpoint => ReferenceEquals(owners[endpoint.Address], endpoint))],
            [.. found.Where(endpoint => owners[endpoint.Address].Realm.Name != endpoint.Realm.Name)
                .DistinctBy(endpoint => (endpoint.Address, endpoint.Realm.Name))
                .Select(endpoint => new EndpointConflict(owners[endpoint.Address], endpoint))]);
    }
}

/// <summary>An address that two realms found.</summary>
internal sealed record EndpointConflict(DiscoveredEndpoint Owner, DiscoveredEndpoint Other);
