namespace Thanos.CommandLine;

/// <summary>The program cannot start. The message tells the user how to fix it.</summary>
public sealed class StartupException(string message, Exception? cause = null) : Exception(message, cause);
