using System.Collections.Immutable;
using EndpointMtls.Addressing;

namespace EndpointMtls.Discovery;

/// <summary>The result of the lookups of a name.</summary>
/// <param name="Addresses">The addresses of the last answer, in a stable order. A failed lookup keeps them.</param>
/// <param name="Error">
/// Why the last lookup failed, why there are no addresses, or why some are missing; <see langword="null"/> if all is well.
/// </param>
internal sealed record LookupResult(ImmutableArray<DiscoveredAddress> Addresses, string? Error)
{
    public static readonly LookupResult None = new([], null);

    /// <summary>Whether at least one lookup has ended. It then had addresses, or there is an error.</summary>
    public bool HasCompleted => Addresses.Length > 0 || Error is not null;
}
