namespace EndpointMtls;

/// <summary>Which realm an address belongs to, and why.</summary>
public sealed record AddressMatch
{
    /// <summary>The address, normalised.</summary>
    public required string Address { get; init; }

    /// <summary>The name of the realm it belongs to; <see langword="null"/> if no realm claims it.</summary>
    public string? Realm { get; init; }

    /// <summary>What claims it, as it was written: a listed endpoint or a pattern; <see langword="null"/> if nothing does.</summary>
    public string? MatchedBy { get; init; }

    /// <summary>Where <see cref="MatchedBy"/> stands in the configuration, for example <c>realms[1].match[0]</c>; <see langword="null"/> if there is none.</summary>
    public string? MatchedAt { get; init; }

    /// <summary>Whether the realm lists the address. A listed address belongs to its realm whatever any pattern says.</summary>
    public bool IsListed { get; init; }

    /// <summary>The patterns that were tried before and did not match, in order; none for a listed address.</summary>
    public IReadOnlyList<AddressMatchAttempt> TriedBefore { get; init; } = [];

    /// <summary>For an address no realm claims: what to do about it, and the claim that comes nearest; otherwise <see langword="null"/>.</summary>
    public string? Hint { get; init; }
}
