namespace EndpointMtls.Tests.Support;

/// <summary>A folder that changes as a Kubernetes secret volume does: files link to <c>..data</c>, which is swapped for another folder.</summary>
internal sealed class SecretVolume(TempFolder folder, string name)
{
    private int _versions;
    private string? _current;

    public string this[string file] => Path.Combine(folder[name], file);

    /// <summary>Publishes a set of files at once, and removes the set before.</summary>
    /// <param name="writtenAt">When the files claim to have been written; now, if not given.</param>
    /// <param name="files">All files of the set.</param>
    public void Publish(DateTimeOffset? writtenAt, params (string Name, string Content)[] files)
    {
        var version = Path.Combine(folder[name], $"..version-{++_versions}");
        Directory.CreateDirectory(version);
        foreach (var (file, content) in files)
        {
            var path = Path.Combine(version, file);
            File.WriteAllText(path, content);
            if (writtenAt is { } time)
            {
                File.SetLastWriteTimeUtc(path, time.UtcDateTime);
            }

            if (!File.Exists(this[file]))
            {
                File.CreateSymbolicLink(this[file], Path.Combine("..data", file));
            }
        }

        Unix.Link(this["..data"], Path.GetFileName(version));
        if (_current is not null)
        {
            Directory.Delete(_current, recursive: true);
        }

        _current = version;
    }
}
