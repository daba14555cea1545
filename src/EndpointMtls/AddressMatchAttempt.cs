namespace EndpointMtls;

/// <summary>A pattern that was tried on an address and did not match.</summary>
public sealed record AddressMatchAttempt
{
    /// <summary>The name of the realm that has the pattern.</summary>
    public required string Realm { get; init; }

    /// <summary>The pattern, as it was written.</summary>
    public required string Pattern { get; init; }
}
