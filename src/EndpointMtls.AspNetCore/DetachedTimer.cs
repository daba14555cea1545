namespace EndpointMtls.AspNetCore;

/// <summary>Makes timers that know nothing of who made them: no activity and no <see cref="AsyncLocal{T}"/> lives on in them.</summary>
internal static class DetachedTimer
{
    public static ITimer Create(TimeProvider timeProvider, Action callback)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return CreateHere(timeProvider, callback);
        }

        using (ExecutionContext.SuppressFlow())
        {
            return CreateHere(timeProvider, callback);
        }
    }

    private static ITimer CreateHere(TimeProvider timeProvider, Action callback) =>
        timeProvider.CreateTimer(_ => callback(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
