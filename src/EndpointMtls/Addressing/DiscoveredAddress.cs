namespace EndpointMtls.Addressing;

/// <summary>An address found by a lookup.</summary>
/// <param name="Address">What to dial.</param>
/// <param name="Host">
/// The name expected in the certificate of the server, unless the realm sets one: the name that was looked up, or the target of
/// the SRV record.
/// </param>
internal readonly record struct DiscoveredAddress(EndpointAddress Address, string Host);
