using EndpointMtls.Async;
using EndpointMtls.Serving;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace EndpointMtls.AspNetCore;

/// <summary>Closes one connection that Kestrel serves: by a reconnect request to its client, or by an abort. Thread-safe.</summary>
internal sealed class ServedConnection : IDisposable
{
    /// <summary>The longest time until the next check: timers have a limit of about 49 days, and the wall clock may be set.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(1);

    private readonly ConnectionContext _connection;
    private readonly ServerHandshake _handshake;
    private readonly ClosingReport _report;
    private readonly ClosingSchedule _schedule;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private bool _hasStarted;
    private bool _hasEnded;

    public ServedConnection(
        ConnectionContext connection, ServerHandshake handshake, ClosingReport report, TimeProvider timeProvider)
    {
        (_connection, _handshake, _report) = (connection, handshake, report);
        _schedule = new ClosingSchedule(handshake, timeProvider);
        _timer = DetachedTimer.Create(timeProvider, () => BestEffort.Run(CloseIfDue));
    }

    /// <summary>Starts to close the connection when due.</summary>
    /// <remarks>To be called when Kestrel serves the connection: with HTTP/1.1, Kestrel ignores earlier requests to close.</remarks>
    public void Start()
    {
        lock (_lock)
        {
            _hasStarted = true;
        }

        BestEffort.Run(CloseIfDue);
    }

    /// <summary>Applies options and the current certificate of the server.</summary>
    /// <returns>Whether this call scheduled the connection to be closed because of a rotation.</returns>
    public bool Update(ServerTlsOptions options)
    {
        bool isOutdated;
        lock (_lock)
        {
            isOutdated = _schedule.Update(options);
        }

        BestEffort.Run(CloseIfDue);
        return isOutdated;
    }

    /// <summary>Aborts the connection if its client is no longer trusted and the options say to close it then.</summary>
    /// <returns>Whether this call aborted it.</returns>
    public bool AbortIfUntrusted(ServerTlsOptions options)
    {
        if (options.OnTrustRemoved != ClientConnectionAction.Close || _handshake.IsStillTrusted || !TryEnd())
        {
            return false;
        }

        Abort("The client is no longer trusted.");
        return true;
    }

    /// <summary>Marks the connection as ended: it serves no more requests.</summary>
    /// <returns>Whether it ended because the client was requested to reconnect.</returns>
    public bool MarkEnded() => TryEnd() && _schedule.IsReconnectRequested;

    public void Dispose() => TryEnd();

    private void CloseIfDue()
    {
        CloseReason? due;
        lock (_lock)
        {
            if (!_hasStarted || _hasEnded)
            {
                return;
            }

            due = _schedule.TakeDue();
            _timer.Change(ToDueTime(_schedule.TimeUntilDue()), Timeout.InfiniteTimeSpan);
        }

        // Outside the lock: Kestrel and logging providers run foreign code.
        switch (due)
        {
            case null:
                break;
            case CloseReason.GraceExceeded when TryEnd():
                Abort("The client was requested to reconnect, and the grace period has passed.");
                _report.AbortedAfterGrace();
                break;
            case CloseReason.GraceExceeded:
                break;
            default:
                BestEffort.Run(() => _connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose());
                _report.ReconnectRequested(due.Value);
                break;
        }
    }

    private void Abort(string reason) => BestEffort.Run(() => _connection.Abort(new ConnectionAbortedException(reason)));

    private bool TryEnd()
    {
        lock (_lock)
        {
            _timer.Dispose();
            return !_hasEnded && (_hasEnded = true);
        }
    }

    // Timers ignore fractions of a millisecond: without rounding up, they would fire too early.
    private static TimeSpan ToDueTime(TimeSpan? wait) =>
        wait is null ? Timeout.InfiniteTimeSpan
        : wait < MaxWait ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.Value.TotalMilliseconds))
        : MaxWait;
}
