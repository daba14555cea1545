namespace EndpointMtls.Addressing;

/// <summary>An address that a name leads to.</summary>
/// <param name="Address">What to dial.</param>
/// <param name="Host">The name its server must have unless the realm says another: the one that was looked up, or the target of the SRV record.</param>
internal readonly record struct FoundAddress(EndpointAddress Address, string Host);
