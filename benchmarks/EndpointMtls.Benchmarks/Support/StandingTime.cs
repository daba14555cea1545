namespace EndpointMtls.Benchmarks;

/// <summary>A clock that stands still, an hour ahead, so that no file looks as if it were being written. Its timers end when told.</summary>
/// <remarks>Not a FakeTimeProvider: advancing that by a second also makes the poll timer and the periodic hash of the files due, and their work would be measured.</remarks>
internal sealed class StandingTime : TimeProvider
{
    private readonly DateTimeOffset _now = System.GetUtcNow().AddHours(1);
    private readonly List<Timer> _timers = [];

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => 0;

    /// <summary>Ends the timers that were set to just this.</summary>
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
