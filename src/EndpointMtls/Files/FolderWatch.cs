namespace EndpointMtls.Files;

/// <summary>Watches the folders of files, and calls back after changes. Dispose it to stop.</summary>
/// <remarks>It never throws, but may miss changes. Callers must also poll.</remarks>
internal sealed class FolderWatch : IDisposable
{
    private readonly List<IDisposable> _folders = [];

    /// <summary>Starts to watch.</summary>
    /// <param name="paths">Paths of files or folders.</param>
    /// <param name="hint">The callback. It is called on any thread, and possibly several times for one change.</param>
    /// <param name="isLowPriority">Whether to leave some watches of the process free for other files.</param>
    public FolderWatch(IEnumerable<string> paths, Action hint, bool isLowPriority = false)
    {
        foreach (var folder in paths.Select(FolderOf).Distinct())
        {
            if (WatchedFolder.TryWatch(folder, hint, isLowPriority) is { } watch)
            {
                _folders.Add(watch);
            }
        }
    }

    public void Dispose() => _folders.ForEach(folder => folder.Dispose());

    // A Kubernetes volume changes by a rename of its link '..data', which is an event of the folder and not of the file.
    private static string FolderOf(string path) => Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
}
