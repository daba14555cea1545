namespace EndpointMtls.Files;

/// <summary>Hints that something happened in the folders of some files. Polling is the truth: this may miss anything, and never fails.</summary>
internal sealed class FolderWatch : IDisposable
{
    private readonly List<FileSystemWatcher> _watchers = [];

    /// <param name="paths">Files or folders.</param>
    /// <param name="hint">Called on any thread, any number of times.</param>
    public FolderWatch(IEnumerable<string> paths, Action hint)
    {
        // The folder itself, not the file: a Kubernetes volume changes by renaming its link '..data'.
        foreach (var folder in paths.Select(path => Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!).Distinct())
        {
            Watch(folder, hint);
        }
    }

    public void Dispose() => _watchers.ForEach(watcher => watcher.Dispose());

    private void Watch(string folder, Action hint)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(folder);
            watcher.Created += (_, _) => hint();
            watcher.Changed += (_, _) => hint();
            watcher.Deleted += (_, _) => hint();
            watcher.Renamed += (_, _) => hint();
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // Most often the user's limit of watches. Without one, a change is noticed a little later.
            watcher?.Dispose();
        }
    }
}
