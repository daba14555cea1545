namespace EndpointMtls;

/// <summary>A DNS SRV record (RFC 2782).</summary>
/// <param name="Target">The host name of the target, in lower case without a trailing dot.</param>
/// <param name="Port">The port, 0 to 65535. Discovery ignores a record with port 0, unless the discovery address sets a port.</param>
/// <param name="Priority">The priority, 0 to 65535; the lowest comes first. Discovery ignores it.</param>
/// <param name="Weight">The weight among records of the same priority, 0 to 65535. Discovery ignores it.</param>
public sealed record DnsServiceRecord(string Target, int Port, int Priority, int Weight);
