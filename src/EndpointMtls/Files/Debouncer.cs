namespace EndpointMtls.Files;

/// <summary>Accepts changed files only when they have stayed the same for the quiet period. Not thread-safe.</summary>
internal sealed class Debouncer(TimeProvider timeProvider)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private (string Hash, long Since)? _last;
    private long? _firstRejectedAt;

    /// <summary>Whether the files have kept changing for 30 seconds, which must be reported.</summary>
    public bool HasTimedOut => _firstRejectedAt is { } since && timeProvider.GetElapsedTime(since) >= Timeout;

    /// <summary>Returns whether the content is older than the quiet period, or has been read unchanged for as long.</summary>
    /// <param name="content">The content.</param>
    /// <param name="trustsAge">Whether the age of the files counts. <see langword="false"/> if a file was removed: it has no age.</param>
    public bool Accepts(FileSetContent content, bool trustsAge = true)
    {
        if (trustsAge && !content.IsYoungerThan(FileMonitor.QuietPeriod))
        {
            return true;
        }

        if (content.ChangedDuringRead || _last?.Hash != content.Hash)
        {
            _last = (content.Hash, timeProvider.GetTimestamp());
        }

        if (timeProvider.GetElapsedTime(_last.Value.Since, content.StartedAt) >= FileMonitor.QuietPeriod)
        {
            return true;
        }

        _firstRejectedAt ??= content.StartedAt;
        return false;
    }

    /// <summary>Discards the pending change.</summary>
    public void Reset() => (_last, _firstRejectedAt) = (null, null);
}
