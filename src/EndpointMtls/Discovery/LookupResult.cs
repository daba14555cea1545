using System.Collections.Immutable;
using EndpointMtls.Addressing;

namespace EndpointMtls.Discovery;

/// <summary>The result of the lookups of a name.</summary>
/// <param name="Addresses">The addresses of the last successful lookup, in a stable order. A failed lookup keeps them.</param>
/// <param name="LastSuccess">When the last successful lookup ended.</param>
/// <param name="Error">Why the last lookup failed; <see langword="null"/> if it succeeded.</param>
internal sealed record LookupResult(ImmutableArray<DiscoveredAddress> Addresses, DateTimeOffset? LastSuccess, string? Error)
{
    public static readonly LookupResult None = new([], null, null);

    /// <summary>Whether at least one lookup has ended, successfully or not.</summary>
    public bool HasCompleted => LastSuccess is not null || Error is not null;
}
