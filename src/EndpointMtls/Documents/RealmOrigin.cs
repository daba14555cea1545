namespace EndpointMtls.Documents;

/// <summary>Where a realm was read from, so that errors found later still say where to look.</summary>
internal sealed class RealmOrigin(string path)
{
    private readonly Dictionary<string, SourceLocation> _locations = [];
    private readonly Dictionary<string, string> _paths = [];

    /// <summary>The realm's place in the list of realms, for example <c>realms[1]</c>.</summary>
    public string Path { get; } = path;

    /// <summary>The file and line, or the section, that it was read from; <see langword="null"/> for code.</summary>
    public string? Place { get; init; }

    /// <param name="key">A key of the realm.</param>
    /// <param name="location">Where it stands.</param>
    /// <param name="writtenAt">The path it has there, if that is not the one it has here.</param>
    public void Remember(string key, SourceLocation? location, string? writtenAt = null)
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

    /// <summary>Adds an error at a key of this realm, located at the key or at the nearest one above it.</summary>
    public void AddError(ConfigurationErrors errors, ErrorCode code, string key, string problem, string? fix = null) =>
        errors.Add(code, Join(Path, key), Locate(key), problem, fix, PathOf(key));

    /// <summary>Adds a warning in the same way.</summary>
    public void AddWarning(ConfigurationErrors errors, ErrorCode code, string key, string problem, string? fix = null) =>
        errors.Warn(code, PathOf(key), Locate(key), problem, fix);

    /// <summary>The path of a key as it was written.</summary>
    public string PathOf(string key)
    {
        for (var above = key; above.Length > 0; above = Above(above))
        {
            if (_paths.TryGetValue(above, out var path))
            {
                return path + key[above.Length..];
            }
        }

        return Join(_paths.GetValueOrDefault("", Path), key);
    }

    private SourceLocation? Locate(string key)
    {
        SourceLocation? location;
        while (!_locations.TryGetValue(key, out location) && key.Length > 0)
        {
            key = Above(key);
        }

        return location;
    }

    private static string Above(string key) => key[..Math.Max(0, key.LastIndexOfAny(['.', '[']))];

    private static string Join(string path, string key) => key.Length == 0 ? path : path.Length == 0 ? key : $"{path}.{key}";
}
