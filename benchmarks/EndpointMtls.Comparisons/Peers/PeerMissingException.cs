namespace EndpointMtls.Comparisons.Peers;

/// <summary>A peer is not installed, or does not start. The message has the reason, for the row of the table.</summary>
internal sealed class PeerMissingException(string message, Exception? inner = null) : Exception(message, inner);
