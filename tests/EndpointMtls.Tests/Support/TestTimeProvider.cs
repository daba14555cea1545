using Microsoft.Extensions.Time.Testing;

namespace EndpointMtls.Tests.Support;

/// <summary>A <see cref="FakeTimeProvider"/> that also exposes its running timers, and whose wall clock can be set forward or back.</summary>
/// <remarks>
/// Only <see cref="Advance"/> invokes the callbacks of timers, one after the other on its thread. A callback that blocks blocks
/// only that call. A timer that is due at once waits for the next call, which may advance by zero. The base class also invokes
/// callbacks inside <see cref="ITimer.Change"/>, unlike system timers: do not advance the time through it.
/// </remarks>
internal sealed class TestTimeProvider(DateTimeOffset start) : FakeTimeProvider(start)
{
    private const int MaxRounds = 1000;

    // Guards calls to the base class that may make timers due. Otherwise a thread that reads the time could handle the timers of Advance.
    private readonly Lock _lock = new();
    private readonly HashSet<Timer> _running = [];
    private readonly HashSet<Timer> _undisposed = [];
    private readonly List<Timer> _due = [];
    private readonly Dictionary<TimeSpan, TaskCompletionSource> _awaited = [];
    private TimeSpan _step;

    /// <summary>Invoked before each read of the wall clock or a timestamp, on the thread that reads it. May throw.</summary>
    public Action? OnRead { get; set; }

    /// <summary>The number of running timers.</summary>
    public int RunningTimers => RemainingTimes.Count;

    /// <summary>The number of timers, running or not, that have not been disposed.</summary>
    public int UndisposedTimers
    {
        get
        {
            lock (_lock)
            {
                return _undisposed.Count;
            }
        }
    }

    /// <summary>The time left until each running timer is due.</summary>
    public IReadOnlyList<TimeSpan> RemainingTimes
    {
        get
        {
            lock (_lock)
            {
                return [.. _running.Select(timer => timer.DueAt - ReadBase())];
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        OnRead?.Invoke();
        lock (_lock)
        {
            return ReadBase() + _step;
        }
    }

    public override long GetTimestamp()
    {
        OnRead?.Invoke();
        lock (_lock)
        {
            return ReadBase().UtcTicks;
        }
    }

    /// <summary>Sets the wall clock forward or back. Timestamps and timers are not affected.</summary>
    public void StepClock(TimeSpan step)
    {
        lock (_lock)
        {
            _step += step;
        }
    }

    /// <summary>Waits until a timer that was started with this due time is running.</summary>
    public Task WaitForTimerAsync(TimeSpan dueTime)
    {
        lock (_lock)
        {
            if (_running.Any(timer => timer.DueTime == dueTime))
            {
                return Task.CompletedTask;
            }

            if (!_awaited.TryGetValue(dueTime, out var started))
            {
                _awaited[dueTime] = started = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return started.Task.WithTimeout();
        }
    }

    /// <summary>Lets time pass. Then invokes the callbacks of all timers that are due, the earliest first, on this thread.</summary>
    /// <remarks>Callbacks see the time at the end: a timer that starts itself again counts from there.</remarks>
    public new void Advance(TimeSpan delta)
    {
        List<Timer> due;
        lock (_lock)
        {
            base.Advance(delta);
            due = TakeDue();
        }

        for (var round = 0; due.Count > 0; round++)
        {
            if (round == MaxRounds)
            {
                throw new InvalidOperationException("Timers are due again as soon as they have been invoked.");
            }

            due.ForEach(timer => timer.Fire());
            due = TakeDue();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private DateTimeOffset ReadBase() => base.GetUtcNow();

    private ITimer CreateBaseTimer(Timer timer) => base.CreateTimer(_ => _due.Add(timer), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    // The returned timers fire even if another thread changes them, like system timers whose callback is queued.
    private List<Timer> TakeDue()
    {
        lock (_lock)
        {
            var due = _due.Where(timer => timer.DueAt <= ReadBase() && _running.Remove(timer)).ToList();
            _due.Clear();
            return due;
        }
    }

    private sealed class Timer : ITimer
    {
        private readonly TestTimeProvider _time;
        private readonly Action _callback;
        private readonly ITimer _base;
        private volatile bool _isDisposed;

        public Timer(TestTimeProvider time, Action callback)
        {
            (_time, _callback) = (time, callback);
            _base = time.CreateBaseTimer(this);
            lock (time._lock)
            {
                time._undisposed.Add(this);
            }
        }

        public TimeSpan DueTime { get; private set; }

        public DateTimeOffset DueAt { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime < TimeSpan.Zero && dueTime != Timeout.InfiniteTimeSpan)
            {
                throw new ArgumentOutOfRangeException(nameof(dueTime), dueTime, "System timers reject a negative due time or round it to zero.");
            }

            if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero)
            {
                throw new NotSupportedException("A timer with a period is not supported. Pass Timeout.InfiniteTimeSpan.");
            }

            lock (_time._lock)
            {
                if (!_base.Change(dueTime, Timeout.InfiniteTimeSpan))
                {
                    return false;
                }

                _time._running.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    (DueTime, DueAt) = (dueTime, _time.ReadBase() + dueTime);
                    _time._running.Add(this);
                    if (_time._awaited.Remove(dueTime, out var started))
                    {
                        started.SetResult();
                    }
                }

                return true;
            }
        }

        public void Fire()
        {
            if (!_isDisposed)
            {
                _callback();
            }
        }

        public void Dispose()
        {
            lock (_time._lock)
            {
                _isDisposed = true;
                _time._running.Remove(this);
                _time._undisposed.Remove(this);
                _base.Dispose();
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
