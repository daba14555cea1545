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
            // For example a log sink that throws: it must not stop a timer or fail a handshake, and there is no one to report it to.
        }
    }
}
