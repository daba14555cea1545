namespace EndpointMtls.Async;

/// <summary>Makes timers that know nothing of who made them: no activity and no <see cref="AsyncLocal{T}"/> of a request lives on in them.</summary>
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
