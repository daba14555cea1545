namespace EndpointMtls.Async;

/// <summary>Extension methods that wait for tasks of foreign code, which may never complete.</summary>
internal static class TaskWaitExtensions
{
    /// <summary>
    /// Waits until the task has completed or the token is cancelled. A task that fails later does not raise
    /// <see cref="TaskScheduler.UnobservedTaskException"/>.
    /// </summary>
    public static Task<T> WaitOrAbandonAsync<T>(this Task<T> task, CancellationToken cancellationToken)
    {
        _ = task.ContinueWith(
            static completed => completed.Exception,
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return task.WaitAsync(cancellationToken);
    }
}
