namespace EndpointMtls.Tests.Support;

/// <summary>A clock that a test moves by hand.</summary>
internal sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private readonly Dictionary<TimeSpan, TaskCompletionSource> _started = [];
    private DateTimeOffset _now = start;
    private TimeSpan _step;

    public override DateTimeOffset GetUtcNow() => _now + _step;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.UtcTicks;

    /// <summary>How many timers are running.</summary>
    public int RunningTimers
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>How many of them end so soon.</summary>
    public int RunningWithin(TimeSpan due)
    {
        lock (_lock)
        {
            return _timers.Count(timer => timer.Due <= _now + due);
        }
    }

    /// <summary>Sets the clock on the wall, forward or back. No time passes: timers and timestamps know nothing of it.</summary>
    public void SetClock(TimeSpan step) => _step += step;

    /// <summary>Waits until someone has begun to wait on this clock for so long.</summary>
    public Task TimerStarted(TimeSpan due) => Started(due).Task.WithTimeout();

    public void Advance(TimeSpan span)
    {
        List<Timer> due;
        lock (_lock)
        {
            _now += span;
            due = [.. _timers.Where(timer => timer.Due <= _now)];
            due.ForEach(timer => _timers.Remove(timer));
        }

        due.ForEach(timer => timer.Fire());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private TaskCompletionSource Started(TimeSpan due)
    {
        lock (_lock)
        {
            return _started.TryGetValue(due, out var started) ? started : _started[due] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private sealed class Timer(ManualTime time, Action fire) : ITimer
    {
        private bool _isDisposed;

        public DateTimeOffset Due { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime < TimeSpan.Zero && dueTime != Timeout.InfiniteTimeSpan)
            {
                throw new ArgumentOutOfRangeException(nameof(dueTime), dueTime, "The timers of the system refuse that, or never fire.");
            }

            lock (time._lock)
            {
                time._timers.Remove(this);
                if (_isDisposed || dueTime == Timeout.InfiniteTimeSpan)
                {
                    return !_isDisposed;
                }

                Due = time._now + dueTime;
                time._timers.Add(this);
            }

            time.Started(dueTime).TrySetResult();
            return true;
        }

        public void Dispose()
        {
            lock (time._lock)
            {
                _isDisposed = true;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
