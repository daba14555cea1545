namespace EndpointMtls.Files;

/// <summary>Tells files that stand still from those that are being written, where nothing has watched them before. Not thread-safe.</summary>
internal sealed class Settling(TimeProvider timeProvider)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, (string Hash, long Since)> _young = new(StringComparer.Ordinal);
    private long? _waitingSince;

    /// <summary>Whether something has been waited for so long that somebody should know.</summary>
    public bool IsRestless => _waitingSince is { } since && timeProvider.GetElapsedTime(since) >= Patience;

    /// <summary>Whether files count: they are not young, or were found the same before.</summary>
    /// <param name="name">Whose files they are.</param>
    /// <param name="content">What they hold.</param>
    public bool Accepts(string name, FileSetContent content)
    {
        if (!content.IsYoungerThan(FileMonitor.SettlingTime))
        {
            return true;
        }

        if (content.IsMoving || !_young.TryGetValue(name, out var before) || before.Hash != content.Hash)
        {
            _young[name] = before = (content.Hash, timeProvider.GetTimestamp());
        }

        return timeProvider.GetElapsedTime(before.Since, content.StartedAt) >= FileMonitor.SettlingTime;
    }

    /// <summary>Something will be looked at again.</summary>
    public void Wait() => _waitingSince ??= timeProvider.GetTimestamp();

    /// <summary>Nothing is waited for any more.</summary>
    public void End()
    {
        _young.Clear();
        _waitingSince = null;
    }
}
