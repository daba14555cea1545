using EndpointMtls.Text;

namespace EndpointMtls.Documents;

/// <summary>Reads the values of one realm or server from nodes. Every unexpected value is an error.</summary>
internal sealed class NodeReader(ConfigurationErrors errors, RealmOrigin origin, ConfigSource source)
{
    private const int MaxListedNames = 10;

    /// <inheritdoc cref="RealmOrigin.AddError"/>
    public void AddError(ErrorCode code, string key, string problem, string? fix = null) =>
        origin.AddError(errors, code, key, problem, fix);

    /// <inheritdoc cref="RealmOrigin.AddInvalid"/>
    public void AddInvalid(string key, string text, string problem, string fix) => origin.AddInvalid(errors, key, text, problem, fix);

    /// <inheritdoc cref="RealmOrigin.AddWarning"/>
    public void AddWarning(ErrorCode code, string key, string problem, string? fix = null) =>
        origin.AddWarning(errors, code, key, problem, fix);

    /// <inheritdoc cref="RealmOrigin.OptionPathOf"/>
    public string OptionPathOf(string key) => origin.OptionPathOf(key);

    /// <inheritdoc cref="RealmOrigin.PathOf"/>
    public string PathOf(string key) => origin.PathOf(key);

    /// <summary>Calls <paramref name="read"/> for each known key, with its path within the realm.</summary>
    public void ReadMap(ConfigNode node, string key, KeyGroup group, Action<string, MapEntry> read)
    {
        origin.SetLocation(key, node.Location, node.WrittenAt);
        if (node is not MapNode map)
        {
            if (node is TextNode { Text: var text } && group.FindJoinedKey(text) is { } joined)
            {
                AddError(ErrorCode.WrongType, key, $"must be a mapping: {KeyGroup.MissingSpace(joined)}", KeyGroup.PutSpace);
            }
            else
            {
                AddWrongType(
                    key, "a mapping", node,
                    node is ListNode { Items: [MapNode] } ? "Write its keys without a list: in YAML, remove '- '"
                    : source.IsSection && group.Example is not null
                        ? $"Set its keys, such as '{PathOf(key.Length == 0 ? group.Keys[0] : $"{key}.{group.Keys[0]}")}'"
                        : group.FixForWrongType);
            }

            return;
        }

        var seen = new HashSet<string>();
        foreach (var entry in map.Entries)
        {
            var name = entry.Key.Length == 0 ? "''" : Snippet.Truncate(entry.Key);
            var path = key.Length == 0 ? name : $"{key}.{name}";
            origin.SetLocation(path, entry.Location, entry.Value.WrittenAt);
            if (!group.Keys.Contains(entry.Key))
            {
                var (problem, fix) = group.Explain(entry.Key);
                AddError(ErrorCode.UnknownKey, path, problem, fix);
            }
            else if (seen.Add(entry.Key))
            {
                read(path, entry);
            }
            else
            {
                AddError(ErrorCode.DuplicateKey, path, "is set twice, with and without underscores", "Keep one spelling");
            }
        }
    }

    /// <summary>Reads each item of a list and adds it. A blank value counts as an empty list.</summary>
    public void ReadList<T>(ConfigNode node, string key, IList<T> list, Func<string, ConfigNode, T?> read)
        where T : class
    {
        if (node is not ListNode items)
        {
            if (!node.IsBlank)
            {
                var example = node is TextNode { Text: var text } ? Snippet.Truncate(text.Trim('[', ']')) : "a";
                var (problem, fix) = source.ExplainNoList(node, "a list", $"Write a list, such as '[\"{example}\"]'", PathOf(key));
                AddError(ErrorCode.WrongType, key, problem, fix);
            }

            return;
        }

        var listPath = origin.PathOf(key);
        for (var index = 0; index < items.Items.Count; index++)
        {
            // Invalid items are left out. The items after them keep the path that they have in the document.
            var item = items.Items[index];
            var path = $"{key}[{list.Count}]";
            origin.SetLocation(path, item.Location, item.WrittenAt ?? (index == list.Count ? null : $"{listPath}[{index}]"));
            if (read(path, item) is { } value)
            {
                list.Add(value);
            }
        }
    }

    /// <summary>Reads a list of strings.</summary>
    public void ReadTexts(ConfigNode node, string key, IList<string> list) =>
        ReadList(node, key, list, (path, item) => ReadText(item, path));

    /// <summary>Reads a string; <see langword="null"/> if the value is not one.</summary>
    public string? ReadText(ConfigNode node, string key)
    {
        if (node is TextNode text)
        {
            return text.Text;
        }

        AddWrongType(
            key, "a single value", node,
            FindPair(node) ?? (key.EndsWith(']') ? "Write a value, or remove the item" : "Set one value, or remove the key"));
        return null;
    }

    private void AddWrongType(string key, string expected, ConfigNode node, string fix) => AddError(
        ErrorCode.WrongType, key, $"must be {expected}, not {node.Kind}",
        node is ConflictNode ? ConflictNode.Fix : fix);

    // In YAML, 'host: 443' with a space is a mapping.
    private static string? FindPair(ConfigNode node) =>
        node is not MapNode { Entries: [{ Key: { Length: > 0 } key, Value: TextNode { Text: { Length: > 0 } value } }] } ? null
        : value.All(char.IsAsciiDigit) ? $"Write '{Snippet.Truncate($"{key}:{value}")}', without a space after the colon"
        : $"Write only the value '{Snippet.Truncate(value)}'";

    /// <summary>Reads a string; <see langword="null"/> if it is empty.</summary>
    public string? ReadOptionalText(ConfigNode node, string key) => ReadText(node, key) is { Length: > 0 } text ? text : null;

    /// <summary>Reads a path. A relative one is combined with <see cref="ConfigSource.BaseDirectory"/>; an empty one stays empty.</summary>
    public string? ReadPath(ConfigNode node, string key) => ReadText(node, key) switch
    {
        { Length: > 0 } path when source.BaseDirectory is { } directory => Path.Combine(directory, path),
        var path => path,
    };

    /// <summary>Reads one path or a list of paths.</summary>
    public void ReadPaths(ConfigNode node, string key, IList<string> paths)
    {
        if (node is ListNode)
        {
            ReadList(node, key, paths, (path, item) => ReadPath(item, path));
        }
        else if (node is not TextNode)
        {
            const string Fix = "Set a path, or remove the key";
            var (problem, fix) = node is NullNode ? ($"must be a path or a list of paths, not {node.Kind}", Fix)
                : source.ExplainNoList(node, "a path or a list of paths", Fix, PathOf(key));
            AddError(ErrorCode.WrongType, key, problem, fix);
        }
        else if (ReadPath(node, key) is { } path)
        {
            paths.Add(path);
        }
    }

    /// <summary>Reads <c>true</c> or <c>false</c>; <see langword="null"/> if the value is neither.</summary>
    public bool? ReadBoolean(ConfigNode node, string key)
    {
        if (ReadText(node, key) is not { } text)
        {
            return null;
        }

        // The JSON provider of .NET writes 'True'. In YAML, parsers disagree about other spellings than these.
        switch (source.IsSection ? text.ToLowerInvariant() : text)
        {
            case "true": return true;
            case "false": return false;
        }

        AddInvalid(key, text, "is neither true nor false", "Write true or false");
        return null;
    }

    /// <summary>Reads one of a few keywords. The error lists all of them.</summary>
    /// <returns><paramref name="fallback"/> after an error.</returns>
    public T ReadKeyword<T>(ConfigNode node, string key, (string Keyword, T Value)[] keywords, T fallback)
    {
        if (ReadText(node, key) is { } text)
        {
            foreach (var (keyword, value) in keywords)
            {
                if (keyword == text)
                {
                    return value;
                }
            }

            AddInvalid(key, text, "is not a valid value", Suggestions.OneOf([.. keywords.Select(keyword => keyword.Keyword)]));
        }

        return fallback;
    }

    /// <summary>Reads one of many names. The error suggests the closest one, lists them, or shows one if there are many.</summary>
    /// <returns><see langword="null"/> after an error.</returns>
    public T? ReadName<T>(ConfigNode node, string key, IReadOnlyDictionary<string, T> names, T example)
        where T : struct
    {
        if (ReadText(node, key) is not { } text)
        {
            return null;
        }

        if (names.TryGetValue(text, out var value))
        {
            return value;
        }

        // A suggestion takes time, and above the limit the error is only counted.
        var closest = errors.IsFull ? null : Suggestions.Closest(text, names.Keys);
        AddInvalid(key, text, "is not a valid value", closest is null ? Others() : $"Did you mean '{names[closest]}'?");
        return null;

        string Others() => names.Count > MaxListedNames
            ? $"Use a name such as '{example}'"
            : Suggestions.OneOf([.. names.Values.Distinct().Order().Select(value => $"{value}")]);
    }

    /// <summary>Reads a duration.</summary>
    /// <returns><paramref name="fallback"/> after an error.</returns>
    public TimeSpan ReadDuration(ConfigNode node, string key, TimeSpan fallback)
    {
        if (ReadText(node, key) is { } text)
        {
            if (Duration.TryParse(text, out var duration))
            {
                return duration;
            }

            AddInvalid(key, text, "is not a duration", "Write a number with its unit, such as '30s', '5m' or '1h30m'");
        }

        return fallback;
    }
}
