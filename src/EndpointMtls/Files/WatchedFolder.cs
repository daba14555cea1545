namespace EndpointMtls.Files;

/// <summary>A <see cref="FileSystemWatcher"/> of one folder, shared by its listeners and disposed with the last one.</summary>
/// <remarks>
/// Thread-safe. Linux limits the inotify instances of a user, often to 128 for all processes. The limits here leave some to others.
/// </remarks>
internal sealed class WatchedFolder : IDisposable
{
    /// <summary>The largest number of watched folders.</summary>
    public const int MaxFolders = 32;

    /// <summary>The limit for low-priority listeners, such as those of the certificates of each realm.</summary>
    public const int MaxLowPriorityFolders = 24;

    private static readonly Dictionary<string, WatchedFolder> Watched = new(StringComparer.Ordinal);

    private readonly FileSystemWatcher _watcher;
    private Action? _hint;
    private int _listeners;

    private WatchedFolder(string folder)
    {
        _watcher = new FileSystemWatcher(folder);
        _watcher.Created += (_, _) => _hint?.Invoke();
        _watcher.Changed += (_, _) => _hint?.Invoke();
        _watcher.Deleted += (_, _) => _hint?.Invoke();
        _watcher.Renamed += (_, _) => _hint?.Invoke();
    }

    /// <summary>Starts to listen to changes of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="hint">The callback. It is called on any thread, and possibly several times for one change.</param>
    /// <param name="isLowPriority">Whether the lower limit <see cref="MaxLowPriorityFolders"/> applies.</param>
    /// <returns>
    /// The listener; dispose it to stop. <see langword="null"/> if the folder cannot be watched, so that only polling detects changes.
    /// </returns>
    public static IDisposable? TryWatch(string folder, Action hint, bool isLowPriority = false)
    {
        lock (Watched)
        {
            if (!Watched.TryGetValue(folder, out var watched))
            {
                if (Watched.Count >= (isLowPriority ? MaxLowPriorityFolders : MaxFolders) || (watched = TryOpen(folder)) is null)
                {
                    return null;
                }

                Watched.Add(folder, watched);
            }

            watched._listeners++;
            watched._hint += hint;
            return new Listener(folder, watched, hint);
        }
    }

    public void Dispose() => _watcher.Dispose();

    private static WatchedFolder? TryOpen(string folder)
    {
        WatchedFolder? watched = null;
        try
        {
            watched = new WatchedFolder(folder);
            watched._watcher.EnableRaisingEvents = true;
            return watched;
        }
        catch (Exception exception) when (exception
            is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // The usual reason is the inotify limit of the user.
            watched?.Dispose();
            return null;
        }
    }

    private sealed class Listener(string folder, WatchedFolder watched, Action hint) : IDisposable
    {
        private bool _isDisposed;

        public void Dispose()
        {
            lock (Watched)
            {
                if (_isDisposed)
                {
                    return;
                }

                _isDisposed = true;
                watched._hint -= hint;
                if (--watched._listeners == 0)
                {
                    Watched.Remove(folder);
                    watched.Dispose();
                }
            }
        }
    }
}
