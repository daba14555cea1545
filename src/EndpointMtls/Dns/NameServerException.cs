namespace EndpointMtls.Dns;

/// <summary>
/// A name server did not answer the question. The message is a verb phrase that follows the server's address, as in
/// <c>10.0.0.1:53 returned SERVFAIL</c>.
/// </summary>
internal sealed class NameServerException(string problem, Exception? inner = null) : Exception(problem, inner);
