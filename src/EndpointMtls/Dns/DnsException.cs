namespace EndpointMtls.Dns;

/// <summary>A lookup failed. The message contains the name, the failure of each name server, and the fix.</summary>
internal sealed class DnsException(string message, Exception? inner = null) : Exception(message, inner);
