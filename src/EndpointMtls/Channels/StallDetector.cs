namespace EndpointMtls.Channels;

/// <summary>Decides when the connections of a channel are replaced because a call got no answer. Thread-safe.</summary>
/// <remarks>
/// A server that answers nothing, and a network that swallows everything, look the same. So a slow server costs at most one connection
/// in each gap, and the gap doubles until a call succeeds. A connection on which anything is received is never replaced.
/// </remarks>
internal sealed class StallDetector(TimeProvider timeProvider)
{
    /// <summary>How long a connection must be silent.</summary>
    public static readonly TimeSpan MinSilence = TimeSpan.FromSeconds(10);

    /// <summary>The minimum time between the first and the second replacement. It doubles with each one.</summary>
    public static readonly TimeSpan FirstGap = TimeSpan.FromSeconds(20);

    /// <summary>The limit of the time between two replacements.</summary>
    public static readonly TimeSpan MaxGap = TimeSpan.FromMinutes(5);

    private readonly Lock _deciding = new();
    private volatile bool _hasStalled;
    private long _stalledAt;
    private TimeSpan _gap;

    public long GetTimestamp() => timeProvider.GetTimestamp();

    /// <summary>A call got a response.</summary>
    public void OnAnswered()
    {
        if (_hasStalled)
        {
            lock (_deciding)
            {
                _hasStalled = false;
            }
        }
    }

    /// <summary>A call was cancelled, for example by its deadline, before it got a response.</summary>
    /// <param name="silence">How long its connection has been silent.</param>
    /// <returns>Whether the connection must be replaced.</returns>
    public bool OnUnanswered(TimeSpan silence)
    {
        if (silence < MinSilence)
        {
            return false;
        }

        lock (_deciding)
        {
            if (_hasStalled && timeProvider.GetElapsedTime(_stalledAt) < _gap)
            {
                return false;
            }

            _gap = !_hasStalled ? FirstGap : _gap * 2 < MaxGap ? _gap * 2 : MaxGap;
            _stalledAt = timeProvider.GetTimestamp();
            _hasStalled = true;
            return true;
        }
    }
}
