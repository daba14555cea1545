using EndpointMtls.Async;
using EndpointMtls.Configuration.Model;

namespace EndpointMtls.Channels;

/// <summary>Observes one connection: since when it is silent, and whether an HTTP/2 ping is unanswered. Thread-safe.</summary>
internal sealed class ConnectionActivity(TimeProvider timeProvider)
{
    private const int FrameHeaderSize = 9;
    private const byte Ping = 6;
    private const byte Acknowledgement = 1;

    // The payload of a ping that measures the round trip is negative. The handler sends such pings while it receives data.
    private const byte Negative = 0x80;

    // Timestamps; zero if there is none.
    private long _lastWrite;
    private long _unansweredSince;
    private long _pingSince;

    private Action<TimeSpan>? _onPingTimeout;
    private Action? _onPingsRejected;
    private TimeSpan _pingTimeout;
    private int _isTimerRunning;

    /// <summary>Calls back if nothing is received within the keepalive timeout after a ping was sent, at most once for each ping.</summary>
    /// <param name="settings">The settings. If they disable pings, the method has no effect.</param>
    /// <param name="onTimeout">The callback. Receives the timeout.</param>
    /// <param name="onRejected">Called if the server closes the connection because of too many pings.</param>
    public void WatchPings(ChannelDefinition settings, Action<TimeSpan> onTimeout, Action onRejected)
    {
        if (settings.KeepaliveTime is not null)
        {
            (_pingTimeout, _onPingTimeout, _onPingsRejected) = (settings.KeepaliveTimeout, onTimeout, onRejected);
        }
    }

    /// <summary>Call it when the server closes the connection because of too many pings.</summary>
    public void OnPingsRejected() => Interlocked.Exchange(ref _onPingsRejected, null)?.Invoke();

    /// <summary>Call it before data is sent.</summary>
    public void OnWrite()
    {
        var now = timeProvider.GetTimestamp();
        Volatile.Write(ref _lastWrite, now);
        if (Volatile.Read(ref _unansweredSince) == 0)
        {
            Volatile.Write(ref _unansweredSince, now);
        }
    }

    /// <summary>Call it when data was received.</summary>
    public void OnRead()
    {
        Volatile.Write(ref _unansweredSince, 0);
        Volatile.Write(ref _pingSince, 0);
    }

    /// <summary>Call it when the connection has closed. Its pings do not time out any more.</summary>
    public void OnClosed()
    {
        _onPingTimeout = null;
        Volatile.Write(ref _pingSince, 0);
    }

    /// <summary>Call it before HTTP/2 frames are sent. Detects keepalive pings.</summary>
    public void OnFrames(ReadOnlySpan<byte> frames)
    {
        if (_onPingTimeout is not null && HasPing(frames) && Volatile.Read(ref _pingSince) == 0)
        {
            Volatile.Write(ref _pingSince, timeProvider.GetTimestamp());
            if (Interlocked.Exchange(ref _isTimerRunning, 1) == 0)
            {
                StartTimer(_pingTimeout);
            }
        }
    }

    /// <summary>How long data that was sent has been unanswered.</summary>
    /// <param name="since">A timestamp. If nothing was sent after it, the result is zero.</param>
    public TimeSpan GetSilence(long since) =>
        Volatile.Read(ref _unansweredSince) is not 0 and var start && Volatile.Read(ref _lastWrite) >= since
            ? timeProvider.GetElapsedTime(start)
            : TimeSpan.Zero;

    private void StartTimer(TimeSpan dueTime)
    {
        ITimer? timer = null;
        timer = DetachedTimer.Create(timeProvider, () => OnTimer(Volatile.Read(ref timer)));
        timer.Change(dueTime, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer(ITimer? timer)
    {
        timer?.Dispose();
        Volatile.Write(ref _isTimerRunning, 0);
        if (Volatile.Read(ref _pingSince) is not 0 and var start)
        {
            var rest = _pingTimeout - timeProvider.GetElapsedTime(start);
            if (rest <= TimeSpan.Zero)
            {
                Volatile.Write(ref _pingSince, 0);
                _onPingTimeout?.Invoke(_pingTimeout);
            }
            else if (Interlocked.Exchange(ref _isTimerRunning, 1) == 0)
            {
                // The ping of this timer was answered. A later one was not yet.
                StartTimer(rest);
            }
        }
    }

    // The handler writes whole frames. Other data, such as the preface of a connection, is not parsed.
    private static bool HasPing(ReadOnlySpan<byte> frames)
    {
        var hasPing = false;
        while (frames.Length >= FrameHeaderSize)
        {
            var length = FrameHeaderSize + (frames[0] << 16 | frames[1] << 8 | frames[2]);
            if (length > frames.Length)
            {
                return false;
            }

            hasPing |= frames[3] == Ping && (frames[4] & Acknowledgement) == 0
                && length > FrameHeaderSize && (frames[FrameHeaderSize] & Negative) == 0;
            frames = frames[length..];
        }

        return hasPing && frames.IsEmpty;
    }
}
