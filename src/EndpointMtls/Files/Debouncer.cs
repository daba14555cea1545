namespace EndpointMtls.Files;

/// <summary>Tells files that are at rest from files that are being written: what changes counts when it has been the same for a quiet period. Not thread-safe.</summary>
internal sealed class Debouncer(TimeProvider timeProvider)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private (string Hash, long Since)? _last;
    private long? _waitingSince;

    /// <summary>Whether changes have kept each other from counting for so long that it must be reported.</summary>
    public bool HasTimedOut => _waitingSince is { } since && timeProvider.GetElapsedTime(since) >= Timeout;

    /// <summary>Whether content counts: it is older than the quiet period, or has been found the same for as long.</summary>
    /// <param name="content">The content.</param>
    /// <param name="mayBeOld">Whether its age says anything. That of a file that has left a folder does not, since it has none.</param>
    public bool Accepts(FileSetContent content, bool mayBeOld = true)
    {
        if (mayBeOld && !content.IsYoungerThan(FileMonitor.QuietPeriod))
        {
            return true;
        }

        if (content.IsMoving || _last?.Hash != content.Hash)
        {
            _last = (content.Hash, timeProvider.GetTimestamp());
        }

        if (timeProvider.GetElapsedTime(_last.Value.Since, content.StartedAt) >= FileMonitor.QuietPeriod)
        {
            return true;
        }

        _waitingSince ??= content.StartedAt;
        return false;
    }

    /// <summary>Forgets what was waited for.</summary>
    public void Reset() => (_last, _waitingSince) = (null, null);
}
