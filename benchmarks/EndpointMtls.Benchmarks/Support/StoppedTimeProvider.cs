namespace EndpointMtls.Benchmarks;

/// <summary>A clock that is stopped, an hour ahead, so that no file counts as still changing. Timers fire on request.</summary>
/// <remarks>Not a FakeTimeProvider: advancing it by a second would also fire the poll timer and the periodic hashing of files, and measure their work.</remarks>
internal sealed class StoppedTimeProvider : TimeProvider
{
    private readonly DateTimeOffset _now = System.GetUtcNow().AddHours(1);
    private readonly List<Timer> _timers = [];

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => 0;

    /// <summary>Fires the timers with exactly this due time.</summary>
    public void End(TimeSpan due)
    {
        foreach (var timer in _timers)
        {
            if (timer.Due == due)
                timer.Fire();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(callback, state) { Due = dueTime };
        _timers.Add(timer);
        return timer;
    }

    private sealed class Timer(TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; set; }

        public void Fire()
        {
            Due = Timeout.InfiniteTimeSpan;
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            return true;
        }

        public void Dispose() => Due = Timeout.InfiniteTimeSpan;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
