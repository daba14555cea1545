namespace StoreNode;

/// <summary>The node cannot start, for a reason the person at the terminal can fix: the message says how.</summary>
internal sealed class StartupException(string message, Exception? cause = null) : Exception(message, cause);
