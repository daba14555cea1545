namespace EndpointMtls.AspNetCore;

/// <summary>Runs callbacks whose failure must not end the process or affect other connections.</summary>
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
            // For example a connection that has just closed, or a log sink that throws.
        }
    }
}
