using EndpointMtls.Text;

namespace EndpointMtls.Documents;

/// <summary>Reads values of one realm from configuration nodes, strictly: what is not of the expected form is an error.</summary>
internal sealed class NodeReader(ConfigurationErrors errors, RealmOrigin origin, ConfigSource source)
{
    public void AddError(ErrorCode code, string key, string problem, string? fix = null) =>
        origin.AddError(errors, code, key, problem, fix);

    public void AddWarning(ErrorCode code, string key, string problem, string? fix = null) =>
        origin.AddWarning(errors, code, key, problem, fix);

    /// <summary>The path of a key as it was written.</summary>
    public string PathOf(string key) => origin.PathOf(key);

    /// <summary>Calls back for each known key, with its path within the realm.</summary>
    public void ReadMap(ConfigNode node, string key, KeyGroup group, Action<string, MapEntry> read)
    {
        origin.Remember(key, node.Location, node.WrittenAt);
        if (node is not MapNode map)
        {
            AddError(ErrorCode.WrongType, key, $"must be a group of keys, not {node.Kind}", group.FixForShape);
            return;
        }

        var seen = new HashSet<string>();
        foreach (var entry in map.Entries)
        {
            var name = entry.Key.Length == 0 ? "''" : Snippet.Truncate(entry.Key);
            var path = key.Length == 0 ? name : $"{key}.{name}";
            origin.Remember(path, entry.Location, entry.Value.WrittenAt);
            if (!group.Keys.Contains(entry.Key))
            {
                AddError(ErrorCode.UnknownKey, path, "unknown key", group.FixFor(entry.Key));
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

    /// <summary>Adds what the items of a list are read as; nothing, if there is no list.</summary>
    public void ReadList<T>(ConfigNode node, string key, IList<T> list, Func<string, ConfigNode, T?> read)
        where T : class
    {
        if (node is not ListNode items)
        {
            if (!node.IsBlank)
            {
                AddError(ErrorCode.WrongType, key, $"must be a list, not {node.Kind}", "Write one item a line, each after '- '");
            }

            return;
        }

        var listPath = origin.PathOf(key);
        for (var index = 0; index < items.Items.Count; index++)
        {
            // Items that cannot be read are left out; those behind them keep the path they were written at.
            var item = items.Items[index];
            var path = $"{key}[{list.Count}]";
            origin.Remember(path, item.Location, item.WrittenAt ?? (index == list.Count ? null : $"{listPath}[{index}]"));
            if (read(path, item) is { } value)
            {
                list.Add(value);
            }
        }
    }

    public void ReadTexts(ConfigNode node, string key, IList<string> list) => ReadList(node, key, list, (path, item) => ReadText(item, path));

    public string? ReadText(ConfigNode node, string key)
    {
        if (node is TextNode text)
        {
            return text.Text;
        }

        AddError(ErrorCode.WrongType, key, $"must be a single value, not {node.Kind}", "Give one value, or remove the key");
        return null;
    }

    /// <summary>A text of which nothing is left if it is empty.</summary>
    public string? ReadOptionalText(ConfigNode node, string key) => ReadText(node, key) is { Length: > 0 } text ? text : null;

    public string? ReadPath(ConfigNode node, string key) =>
        ReadText(node, key) is { } path ? source.BaseDirectory is null || path.Length == 0 ? path : Path.Combine(source.BaseDirectory, path) : null;

    public void ReadPaths(ConfigNode node, string key, IList<string> paths)
    {
        if (node is ListNode)
        {
            ReadList(node, key, paths, (path, item) => ReadPath(item, path));
        }
        else if (ReadPath(node, key) is { } path)
        {
            paths.Add(path);
        }
    }

    public bool? ReadBoolean(ConfigNode node, string key)
    {
        if (ReadText(node, key) is not { } text)
        {
            return null;
        }

        // .NET writes 'True' into sections. In YAML only one spelling means the same to every reader.
        switch (source.IsSection ? text.ToLowerInvariant() : text)
        {
            case "true": return true;
            case "false": return false;
        }

        AddError(ErrorCode.InvalidValue, key, $"'{Snippet.Truncate(text)}' is neither true nor false", "Write true or false");
        return null;
    }

    public T ReadWord<T>(ConfigNode node, string key, (string Word, T Value)[] words, T fallback)
    {
        if (ReadText(node, key) is { } text)
        {
            foreach (var (word, value) in words)
            {
                if (word == text)
                {
                    return value;
                }
            }

            AddError(ErrorCode.InvalidValue, key, $"'{Snippet.Truncate(text)}' is not one of its values", $"Write {string.Join(" or ", words.Select(word => $"\"{word.Word}\""))}");
        }

        return fallback;
    }

    /// <summary>As <see cref="ReadWord"/>, of so many that the nearest is named in place of all.</summary>
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

        // Nobody waits for what nobody will read.
        var nearest = errors.IsFull ? null : Suggestions.Closest(text, names.Keys);
        AddError(ErrorCode.InvalidValue, key, $"'{Snippet.Truncate(text)}' is not one of its values", nearest is null ? $"One of them is '{example}'" : $"Did you mean '{names[nearest]}'?");
        return null;
    }

    public TimeSpan ReadDuration(ConfigNode node, string key, TimeSpan fallback)
    {
        if (ReadText(node, key) is { } text)
        {
            if (Duration.TryParse(text, out var duration))
            {
                return duration;
            }

            AddError(ErrorCode.InvalidValue, key, $"'{Snippet.Truncate(text)}' is not a duration", "Write a number with its unit, such as '30s', '5m' or '1h30m'");
        }

        return fallback;
    }
}
