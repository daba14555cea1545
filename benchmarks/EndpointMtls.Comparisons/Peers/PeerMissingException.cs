namespace EndpointMtls.Comparisons.Peers;

/// <summary>A peer is not installed here, or does not start; the message says why, for the row of the table.</summary>
internal sealed class PeerMissingException(string message, Exception? inner = null) : Exception(message, inner);
