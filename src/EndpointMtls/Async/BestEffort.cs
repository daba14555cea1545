namespace EndpointMtls.Async;

/// <summary>Runs callbacks whose failure must not end the process or affect others.</summary>
internal static class BestEffort
{
    /// <summary>Runs an action and ignores every exception.</summary>
    public static void Run(Action action)
    {
        try
        {
            action();
        }
        catch (Exception)
        {
            // A log sink that throws must not stop a timer or fail a handshake. The exception cannot be logged either.
        }
    }
}
