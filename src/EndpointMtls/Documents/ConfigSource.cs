using EndpointMtls.Text;

namespace EndpointMtls.Documents;

/// <summary>The file or section that a configuration is read from. Immutable.</summary>
/// <param name="Name">The path of the file or the name of the section, for error texts.</param>
/// <param name="BaseDirectory">The directory of relative paths; <see langword="null"/> for the current directory.</param>
/// <param name="IsSection">
/// Whether it is a section of <c>IConfiguration</c>. There, <c>True</c> is a boolean and lists have numbered keys.
/// </param>
internal sealed record ConfigSource(string Name, string? BaseDirectory, bool IsSection)
{
    /// <summary>Returns the problem and the fix of a value that is not a list.</summary>
    /// <param name="node">The value.</param>
    /// <param name="expected">What it must be: <c>a list</c>, for example.</param>
    /// <param name="fixInYaml">The fix in YAML.</param>
    /// <param name="path">The path of the key as it is written.</param>
    public (string Problem, string Fix) ExplainNoList(ConfigNode node, string expected, string fixInYaml, string path)
    {
        if (node is ConflictNode || !IsSection)
        {
            return ($"must be {expected}, not {node.Kind}", node is ConflictNode ? ConflictNode.Fix : fixInYaml);
        }

        var name = node is MapNode map ? map.Entries.Select(entry => entry.Key).FirstOrDefault(key => !key.All(char.IsAsciiDigit)) : null;
        var item = $"{path}:0";
        return (
            name is not null ? $"must be {expected}: '{Snippet.Truncate(name)}' is not a number"
            : node is TextNode { Text: ['[' or '{', ..] } ? $"must be {expected}: JSON in a single value is not parsed"
            : $"must be {expected}, not {node.Kind}",
            $"Number the items, as in '{item}', or '{item.Replace(":", "__", StringComparison.Ordinal)}' for an environment variable");
    }

    public static ConfigSource OfYaml(string path) => new(path, Path.GetDirectoryName(Path.GetFullPath(path)), IsSection: false);

    public static ConfigSource OfSection(string name) => new(name, BaseDirectory: null, IsSection: true);
}
