using System.Collections.Immutable;
using EndpointMtls.Addressing;

namespace EndpointMtls.Discovery;

/// <summary>What is known of a name.</summary>
/// <param name="Addresses">What was found last, in order. A lookup that fails changes nothing about it.</param>
/// <param name="LastSuccess">When that was.</param>
/// <param name="Error">Why the last lookup failed, if it did.</param>
internal sealed record LookupState(ImmutableArray<DiscoveredAddress> Addresses, DateTimeOffset? LastSuccess, string? Error)
{
    public static readonly LookupState None = new([], null, null);

    /// <summary>Whether a lookup has ended, one way or the other.</summary>
    public bool HasLooked => LastSuccess is not null || Error is not null;
}
