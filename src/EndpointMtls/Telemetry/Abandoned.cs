namespace EndpointMtls.Telemetry;

/// <summary>Tasks that whoever waits for them may give up before they are over.</summary>
internal static class Abandoned
{
    /// <summary>What becomes of a task after that is nobody's business, and no unobserved exception.</summary>
    public static void Observe(Task task) =>
        task.ContinueWith(static over => over.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
