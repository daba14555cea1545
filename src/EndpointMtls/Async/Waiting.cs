namespace EndpointMtls.Async;

/// <summary>Waits for the code of others, which may go on for as long as it likes.</summary>
internal static class Waiting
{
    /// <summary>Waits until it ends, or a token is cancelled.</summary>
    public static Task<T> WaitOrLeaveAsync<T>(this Task<T> task, CancellationToken cancellationToken)
    {
        // What it throws when nobody waits any more would be raised as an exception that was overlooked.
        _ = task.ContinueWith(static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task.WaitAsync(cancellationToken);
    }
}
