namespace EndpointMtls;

/// <summary>The realm of an address, and the endpoint or pattern that decides it.</summary>
public sealed record AddressMatch
{
    /// <summary>The address in its normal form.</summary>
    public required string Address { get; init; }

    /// <summary>The name of the realm; <see langword="null"/> if no realm matches the address.</summary>
    public string? Realm { get; init; }

    /// <summary>The listed endpoint or the pattern that matches, as it was written; <see langword="null"/> if none does.</summary>
    public string? MatchedBy { get; init; }

    /// <summary>
    /// The key of <see cref="MatchedBy"/> in the configuration, for example <c>realms[1].match[0]</c>; <see langword="null"/> if
    /// nothing matches.
    /// </summary>
    public string? MatchedAt { get; init; }

    /// <summary>
    /// Whether the realm lists the address. A listed address belongs to its realm, even if a pattern of another realm matches it.
    /// </summary>
    public bool IsListed { get; init; }

    /// <summary>The patterns that were tried before and did not match, in order. Empty for a listed address.</summary>
    public IReadOnlyList<AddressMatchAttempt> TriedBefore { get; init; } = [];

    /// <summary>If no realm matches: what to do, and the nearest endpoint or pattern. Otherwise <see langword="null"/>.</summary>
    public string? Hint { get; init; }
}
