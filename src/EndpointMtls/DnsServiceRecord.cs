namespace EndpointMtls;

/// <summary>Where a service is to be found, as an SRV record says it.</summary>
/// <param name="Target">The host, in lower case without a trailing dot.</param>
/// <param name="Port">The port, 0 to 65535; 0 if whoever looks it up knows better.</param>
/// <param name="Priority">0 to 65535; the lowest is to be tried first.</param>
/// <param name="Weight">0 to 65535; the share among records of the same priority.</param>
public sealed record DnsServiceRecord(string Target, int Port, int Priority, int Weight);
