namespace EndpointMtls.Files;

/// <summary>Hints that something happened in the folders of some files. Polling is the truth: this may miss anything, and never fails.</summary>
internal sealed class FolderWatch : IDisposable
{
    private readonly List<IDisposable> _folders = [];

    /// <param name="paths">Files or folders.</param>
    /// <param name="hint">Called on any thread, any number of times.</param>
    /// <param name="isOneOfMany">Whether there may be more such watches than a process can have.</param>
    public FolderWatch(IEnumerable<string> paths, Action hint, bool isOneOfMany = false)
    {
        // The folder itself, not the file: a Kubernetes volume changes by renaming its link '..data'.
        foreach (var folder in paths.Select(path => Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!).Distinct())
        {
            if (WatchedFolder.Join(folder, hint, isOneOfMany) is { } joined)
            {
                _folders.Add(joined);
            }
        }
    }

    public void Dispose() => _folders.ForEach(folder => folder.Dispose());
}
