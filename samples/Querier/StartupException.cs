namespace Querier;

/// <summary>The querier cannot start. The message tells the user how to fix it.</summary>
internal sealed class StartupException(string message, Exception? cause = null) : Exception(message, cause);
