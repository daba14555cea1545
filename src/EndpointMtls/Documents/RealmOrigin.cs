namespace EndpointMtls.Documents;

/// <summary>Maps the keys of a realm or server to their positions in the document, for later errors. Not thread-safe.</summary>
internal sealed class RealmOrigin(string path)
{
    private readonly Dictionary<string, SourceLocation> _locations = [];
    private readonly Dictionary<string, string> _paths = [];

    /// <summary>The path of the realm in the options, for example <c>realms[1]</c>.</summary>
    public string Path { get; } = path;

    /// <summary>The file and line, or the section, of the realm; <see langword="null"/> for code.</summary>
    public string? Place { get; init; }

    /// <summary>Sets the position of a key.</summary>
    /// <param name="key">The key, relative to the realm.</param>
    /// <param name="location">The position in the file.</param>
    /// <param name="writtenAt">The path of the key in the document, if it differs.</param>
    public void SetLocation(string key, SourceLocation? location, string? writtenAt = null)
    {
        if (location is not null)
        {
            _locations[key] = location;
        }

        if (writtenAt is not null)
        {
            _paths[key] = writtenAt;
        }
    }

    /// <summary>Adds an error at a key of this realm. Its position is that of the key, or of the closest parent with one.</summary>
    public void AddError(ConfigurationErrors errors, ErrorCode code, string key, string problem, string? fix = null) =>
        errors.Add(code, Join(Path, key), Locate(key), problem, fix, PathOf(key));

    /// <summary>Adds a warning at a key of this realm. Its position is that of the key, or of the closest parent with one.</summary>
    public void AddWarning(ConfigurationErrors errors, ErrorCode code, string key, string problem, string? fix = null) =>
        errors.Warn(code, PathOf(key), Locate(key), problem, fix);

    /// <summary>Returns the path of a key in the document.</summary>
    public string PathOf(string key)
    {
        for (var parent = key; parent.Length > 0; parent = ParentOf(parent))
        {
            if (_paths.TryGetValue(parent, out var path))
            {
                return path + key[parent.Length..];
            }
        }

        return Join(_paths.GetValueOrDefault("", Path), key);
    }

    private SourceLocation? Locate(string key)
    {
        SourceLocation? location;
        while (!_locations.TryGetValue(key, out location) && key.Length > 0)
        {
            key = ParentOf(key);
        }

        return location;
    }

    private static string ParentOf(string key) => key[..Math.Max(0, key.LastIndexOfAny(['.', '[']))];

    private static string Join(string path, string key) => key.Length == 0 ? path : path.Length == 0 ? key : $"{path}.{key}";
}
