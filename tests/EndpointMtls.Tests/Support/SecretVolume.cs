namespace EndpointMtls.Tests.Support;

/// <summary>A folder that is updated like a Kubernetes secret volume: files link to <c>..data</c>, a link that is replaced in one step.</summary>
internal sealed class SecretVolume(TempFolder folder, string name)
{
    private int _versions;
    private string? _current;

    public string this[string file] => Path.Combine(folder[name], file);

    /// <summary>Publishes a new set of files in one step, and removes the previous set.</summary>
    /// <param name="writtenAt">The write time of the files. Defaults to now.</param>
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
