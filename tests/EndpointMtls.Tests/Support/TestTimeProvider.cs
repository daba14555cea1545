using Microsoft.Extensions.Time.Testing;

namespace EndpointMtls.Tests.Support;

/// <summary>A <see cref="FakeTimeProvider"/> that also shows which timers are running, and whose wall clock can be stepped.</summary>
/// <remarks>
/// Only <see cref="Advance"/> moves timers and invokes their callbacks, one after the other on its thread. A callback that
/// blocks holds up that call, and no other thread. A timer that is due at once waits for the next call, which may be of zero.
/// The base class also invokes callbacks inside <see cref="ITimer.Change"/>, as system timers do not: do not move the time through it.
/// </remarks>
internal sealed class TestTimeProvider(DateTimeOffset start) : FakeTimeProvider(start)
{
    private const int MaxRounds = 1000;

    // PendingIdentity during calls to the base class that may make timers due. Without it, another thread that reads the time could handle the timers that Advance makes due.
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

    // From here on a timer fires even if another thread changes it: so do system timers whose callback is queued.
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
                throw new ArgumentOutOfRangeException(nameof(dueTime), dueTime, "System timers refuse a negative due time or round it to zero.");
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
