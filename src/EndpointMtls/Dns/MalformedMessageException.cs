namespace EndpointMtls.Dns;

/// <summary>A DNS message is malformed. The whole message is ignored.</summary>
internal sealed class MalformedMessageException(string problem) : Exception(problem);
