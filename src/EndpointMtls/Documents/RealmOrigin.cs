using EndpointMtls.Text;

namespace EndpointMtls.Documents;

/// <summary>Maps the keys of a realm or server to their positions in the document, for later errors. Not thread-safe.</summary>
internal sealed class RealmOrigin(string path)
{
    private readonly Dictionary<string, SourceLocation> _locations = [];
    private readonly Dictionary<string, string> _paths = [];

    /// <summary>The path of the realm in the options, for example <c>realms[1]</c>.</summary>
    public string Path { get; } = path;

    /// <summary>Whether the realm was read from a section, in which keys are separated by colons.</summary>
    public bool IsSection { get; init; }

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
        errors.Add(code, OptionPathOf(key), Locate(key), problem, fix, PathOf(key));

    /// <summary>Adds an error about the text of a value. A known mistake in the text replaces the reason and the fix.</summary>
    /// <param name="errors">Receives the error.</param>
    /// <param name="key">The key, relative to the realm.</param>
    /// <param name="text">The text.</param>
    /// <param name="problem">The problem, to be read after the text: for example <c>is not a duration</c>.</param>
    /// <param name="fix">The fix; <see langword="null"/> if the reason says it.</param>
    /// <param name="reason">The reason of the problem, if it says more.</param>
    public void AddInvalid(ConfigurationErrors errors, string key, string text, string problem, string? fix, string? reason = null)
    {
        var mistake = TextMistake.Find(text);
        reason = mistake?.Problem ?? reason;
        AddError(
            errors, ErrorCode.InvalidValue, key, $"'{Snippet.Truncate(text)}' {problem}{(reason is null ? "" : $": {reason}")}",
            mistake?.Fix ?? fix);
    }

    /// <summary>Adds a warning at a key of this realm. Its position is that of the key, or of the closest parent with one.</summary>
    public void AddWarning(ConfigurationErrors errors, ErrorCode code, string key, string problem, string? fix = null) =>
        errors.Warn(code, PathOf(key), Locate(key), problem, fix);

    /// <summary>Returns the path of a key in the options.</summary>
    public string OptionPathOf(string key) => Join(Path, key);

    /// <summary>Returns the path of a key in the document.</summary>
    public string PathOf(string key)
    {
        for (var parent = key; parent.Length > 0; parent = ParentOf(parent))
        {
            if (_paths.TryGetValue(parent, out var path))
            {
                return path + Spell(key[parent.Length..]);
            }
        }

        return !_paths.TryGetValue("", out var root) ? OptionPathOf(key) : IsSection ? root + Spell(key) : Join(root, key);
    }

    // In a section, '.tls_config.ca_file[0]' is ':TlsConfig:CaFile:0'.
    private string Spell(string keys) => !IsSection ? keys : string.Concat(
        keys.Split('.', '[', ']').Where(key => key.Length > 0).Select(key => $":{string.Concat(key.Split('_').Select(Capitalize))}"));

    private static string Capitalize(string word) => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word[1..];

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
