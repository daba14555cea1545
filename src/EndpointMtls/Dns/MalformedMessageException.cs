namespace EndpointMtls.Dns;

/// <summary>A message breaks the rules of DNS, and nothing of it is used.</summary>
internal sealed class MalformedMessageException(string what) : Exception(what);
