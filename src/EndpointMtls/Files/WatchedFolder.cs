namespace EndpointMtls.Files;

/// <summary>One folder that is watched for all who ask, for as long as anybody does.</summary>
/// <remarks>
/// Linux grants a user few watchers, often 128 for all processes, and what comes after the last of them fails: there must
/// be some left for others.
/// </remarks>
internal sealed class WatchedFolder : IDisposable
{
    /// <summary>How many folders are watched at most.</summary>
    public const int Most = 32;

    /// <summary>How many of them may be watched for what is there in numbers, such as the certificates of every realm.</summary>
    public const int MostOfMany = 24;

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

    /// <summary>Begins to listen to a folder; dispose what is returned to end that.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="hint">Called on any thread, any number of times.</param>
    /// <param name="isOneOfMany">Whether to leave some for what is more important.</param>
    /// <returns><see langword="null"/> if the folder cannot be watched. A change is then noticed a little later.</returns>
    public static IDisposable? Join(string folder, Action hint, bool isOneOfMany = false)
    {
        lock (Watched)
        {
            if (!Watched.TryGetValue(folder, out var watched))
            {
                if (Watched.Count >= (isOneOfMany ? MostOfMany : Most) || (watched = TryOpen(folder)) is null)
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
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // Most often the limit of the user.
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
