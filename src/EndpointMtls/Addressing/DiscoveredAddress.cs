namespace EndpointMtls.Addressing;

/// <summary>An address discovered by a DNS lookup.</summary>
/// <param name="Address">The address to connect to.</param>
/// <param name="Host">
/// The name expected in the certificate of the server, unless the realm sets <c>server_name</c>: the name of the lookup, or the
/// target of the SRV record.
/// </param>
internal readonly record struct DiscoveredAddress(EndpointAddress Address, string Host);
