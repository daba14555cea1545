namespace EndpointMtls.Dns;

/// <summary>A lookup failed: says what was asked, of whom, what went wrong and what to do.</summary>
internal sealed class DnsException(string message, Exception? inner = null) : Exception(message, inner);
