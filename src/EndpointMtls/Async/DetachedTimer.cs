namespace EndpointMtls.Async;

/// <summary>
/// Creates timers that do not capture the execution context: no activity and no <see cref="AsyncLocal{T}"/> of a request stays
/// alive with them.
/// </summary>
internal static class DetachedTimer
{
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
