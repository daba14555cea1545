namespace EndpointMtls.Discovery;

/// <summary>When a file or a name was last refreshed successfully. Thread-safe.</summary>
/// <remarks>It is not part of the state of the source, because it changes with each refresh and the state seldom does.</remarks>
internal sealed class RefreshTime(TimeProvider timeProvider)
{
    private long _utcTicks;

    /// <summary>The time in UTC; <see langword="null"/> before the first success.</summary>
    public DateTimeOffset? Value =>
        Volatile.Read(ref _utcTicks) is var ticks and > 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Records a success at this moment.</summary>
    public void Set() => Volatile.Write(ref _utcTicks, timeProvider.GetUtcNow().UtcTicks);
}
