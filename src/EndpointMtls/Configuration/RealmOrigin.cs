namespace EndpointMtls.Configuration;

/// <summary>Where a realm was read from, so that errors found later still say where to look.</summary>
internal sealed class RealmOrigin(string path)
{
    private readonly Dictionary<string, SourceLocation> _locations = [];

    /// <summary>The realm's place in its source, for example <c>realms[1]</c>.</summary>
    public string Path { get; } = path;

    public void Remember(string key, SourceLocation? location)
    {
        if (location is not null)
        {
            _locations[key] = location;
        }
    }

    /// <summary>Adds an error at a key of this realm, located at the key or at the nearest one above it.</summary>
    public void AddError(ConfigurationErrors errors, string key, string what, string? fix = null) =>
        errors.Add(key.Length == 0 ? Path : $"{Path}.{key}", Locate(key), what, fix);

    private SourceLocation? Locate(string key)
    {
        SourceLocation? location;
        while (!_locations.TryGetValue(key, out location) && key.Length > 0)
        {
            key = key[..Math.Max(0, key.LastIndexOfAny(['.', '[']))];
        }

        return location;
    }
}
