using EndpointMtls.Async;
using EndpointMtls.Serving;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace EndpointMtls.AspNetCore;

/// <summary>One connection while it is served: asks its client to connect again when its time has come, and cuts it when it must not go on. Thread-safe.</summary>
internal sealed class ServedConnection : IDisposable
{
    /// <summary>How long it waits at most before it looks again: no timer runs for a hundred years, and the clock on the wall may be set.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    private readonly ConnectionContext _connection;
    private readonly ServerHandshake _handshake;
    private readonly ServerTls _server;
    private readonly ClosingReport _report;
    private readonly ClosingSchedule _schedule;
    private readonly ITimer _timer;
    private readonly Lock _looking = new();
    private bool _hasBegun;
    private bool _hasEnded;

    public ServedConnection(ConnectionContext connection, ServerHandshake handshake, ServerTls server, ClosingReport report, TimeProvider timeProvider)
    {
        (_connection, _handshake, _server, _report) = (connection, handshake, server, report);
        _schedule = new ClosingSchedule(handshake, timeProvider);
        _timer = DetachedTimer.Create(timeProvider, () => BestEffort.Run(Look));
    }

    /// <summary>Closes it from now on when its time has come: Kestrel serves it, and on HTTP/1.1 forgets what it was asked before.</summary>
    public void Begin()
    {
        lock (_looking)
        {
            _hasBegun = true;
        }

        BestEffort.Run(Look);
    }

    /// <summary>Goes on by the options and the certificate as they are now.</summary>
    /// <returns>Whether it is to be closed because of a rotation, and was not before.</returns>
    public bool Follow()
    {
        bool isOutdated;
        lock (_looking)
        {
            isOutdated = _schedule.Follow(_server.GetOptions());
        }

        BestEffort.Run(Look);
        return isOutdated;
    }

    /// <summary>Cuts it if its client would be let in no more, and the options say so.</summary>
    /// <returns>Whether it was cut.</returns>
    public bool CutIfUntrusted()
    {
        if (_server.GetOptions().OnTrustRemoved != TrustRemovedAction.Close || _handshake.IsStillTrusted || !TryEnd())
        {
            return false;
        }

        Cut("The client would be let in no more.");
        return true;
    }

    /// <summary>Says that no more requests are served.</summary>
    /// <returns>Whether that is so because the client was asked to connect again.</returns>
    public bool EndsAsAsked() => TryEnd() && _schedule.IsAsked;

    public void Dispose() => TryEnd();

    private void Look()
    {
        CloseReason? due;
        lock (_looking)
        {
            if (!_hasBegun || _hasEnded)
            {
                return;
            }

            due = _schedule.TakeDue();
            _timer.Change(WholeMilliseconds(_schedule.Wait()), Timeout.InfiniteTimeSpan);
        }

        // Outside the lock, for who hears of it may do whatever he likes.
        switch (due)
        {
            case null:
                break;
            case CloseReason.GraceExceeded when TryEnd():
                Cut("The client was asked to connect again, and has not left in time.");
                _report.CutAfterGrace();
                break;
            case CloseReason.GraceExceeded:
                break;
            default:
                BestEffort.Run(() => _connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose());
                _report.Asked(due.Value);
                break;
        }
    }

    private void Cut(string why) => BestEffort.Run(() => _connection.Abort(new ConnectionAbortedException(why)));

    private bool TryEnd()
    {
        lock (_looking)
        {
            _timer.Dispose();
            return !_hasEnded && (_hasEnded = true);
        }
    }

    // Timers drop what is less than a millisecond, and would fire before the time has come.
    private static TimeSpan WholeMilliseconds(TimeSpan? wait) =>
        wait is null ? Timeout.InfiniteTimeSpan : wait < LongestWait ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.Value.TotalMilliseconds)) : LongestWait;
}
