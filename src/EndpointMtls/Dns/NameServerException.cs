namespace EndpointMtls.Dns;

/// <summary>One server gave no answer that counts; the message goes on behind its name, as in <c>10.0.0.1:53 answered SERVFAIL</c>.</summary>
internal sealed class NameServerException(string did, Exception? inner = null) : Exception(did, inner);
