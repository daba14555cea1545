namespace EndpointMtls.Async;

/// <summary>Creates timers that do not capture the execution context.</summary>
/// <remarks>A captured context would keep the activity and each <see cref="AsyncLocal{T}"/> value of a request alive.</remarks>
internal static class DetachedTimer
{
    /// <summary>Creates a timer that fires once.</summary>
    /// <param name="timeProvider">The time provider that creates the timer.</param>
    /// <param name="callback">The callback.</param>
    /// <param name="dueTime">The time until the callback; <see langword="null"/> to wait for <see cref="ITimer.Change"/>.</param>
    public static ITimer Create(TimeProvider timeProvider, Action callback, TimeSpan? dueTime = null)
    {
        var mustRestore = !ExecutionContext.IsFlowSuppressed();
        if (mustRestore)
        {
            ExecutionContext.SuppressFlow();
        }

        try
        {
            return timeProvider.CreateTimer(_ => callback(), null, dueTime ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        finally
        {
            if (mustRestore)
            {
                ExecutionContext.RestoreFlow();
            }
        }
    }
}
