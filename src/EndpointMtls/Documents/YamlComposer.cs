using EndpointMtls.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EndpointMtls.Documents;

/// <summary>Parses a YAML document into nodes with positions.</summary>
/// <remarks>
/// Resolves anchors, aliases and merge keys. Rejects syntax that other parsers may read differently, and documents that could exhaust
/// memory.
/// </remarks>
internal sealed class YamlComposer
{
    private readonly YamlEvents _events;
    private readonly YamlAnchors _anchors;

    private YamlComposer(YamlEvents events, string file) => (_events, _anchors) = (events, new YamlAnchors(file));

    /// <summary>Parses a document.</summary>
    /// <returns>The root; <see langword="null"/> if the document is empty.</returns>
    /// <exception cref="DocumentException">The document is not supported YAML.</exception>
    public static ConfigNode? Compose(string text, string file)
    {
        var events = new YamlEvents(text, file);
        events.Expect<StreamStart>();
        if (events.Next() is StreamEnd)
        {
            return null;
        }

        events.Next();
        var root = new YamlComposer(events, file).Compose(depth: 1);
        events.Expect<DocumentEnd>();
        return events.Next() is StreamEnd
            ? root
            : throw new DocumentException("has more than one YAML document", events.Location, "Put everything into one list");
    }

    /// <summary>Composes the node that begins with the current event. The last event of the node is then the current one.</summary>
    private ConfigNode Compose(int depth)
    {
        if (_events.Current is AnchorAlias alias)
        {
            return _anchors.Expand(alias, depth);
        }

        if (_events.Current is not NodeEvent node)
        {
            // YamlDotNet reports no node after a missing key, as in '- : '.
            throw new DocumentException("not valid YAML: a key or a value is missing", _events.Location, "Look for a stray ':'");
        }

        var opened = _anchors.Open(node, depth);
        if (!node.Tag.IsEmpty && !(node is Scalar && node.Tag.Value == "tag:yaml.org,2002:str"))
        {
            throw new DocumentException(
                $"the tag '{Snippet.Truncate(node.Tag.Value)}' is not supported: the key decides the type of the value",
                _events.Location, "Remove the tag");
        }

        ConfigNode composed = node switch
        {
            Scalar scalar => Compose(scalar),
            SequenceStart => ComposeList(depth),
            _ => ComposeMap(depth),
        };
        _anchors.Close(opened, composed);
        return composed;
    }

    private ConfigNode Compose(Scalar scalar) =>
        scalar is { Style: ScalarStyle.Plain, Tag.IsEmpty: true, Value: "" or "~" or "null" or "Null" or "NULL" }
            ? new NullNode(_events.Location)
            : new TextNode(scalar.Value, _events.Location);

    private ListNode ComposeList(int depth)
    {
        var (location, items) = (_events.Location, new List<ConfigNode>());
        while (_events.Next() is not SequenceEnd)
        {
            items.Add(Compose(depth + 1));
        }

        return new ListNode(items, location);
    }

    private MapNode ComposeMap(int depth)
    {
        // For 'a: b' inside of brackets, YamlDotNet reports the start of the file.
        var location = depth == 1 || _events.Current.Start.Index > 0 ? _events.Location : null;
        var entries = new List<MapEntry>();
        var merged = new List<MapEntry>();
        var locations = new Dictionary<string, SourceLocation?>(StringComparer.Ordinal);
        while (_events.Next() is not MappingEnd)
        {
            var keyLocation = _events.Location;
            var isMerge = _events.Current is Scalar { Value: "<<", Style: ScalarStyle.Plain, Tag.IsEmpty: true };
            var key = ComposeKey(depth);
            if (!locations.TryAdd(key, keyLocation))
            {
                throw new DocumentException(
                    $"the key '{Snippet.Truncate(key)}' is already set on line {locations[key]!.Line}",
                    keyLocation, "Remove one of the two");
            }

            _events.Next();
            var value = Compose(depth + 1);
            if (isMerge)
            {
                merged.AddRange(MapsOf(value, keyLocation).SelectMany(map => map.Entries));
            }
            else
            {
                entries.Add(new MapEntry(key, keyLocation, value));
            }
        }

        // Keys of the map override merged keys. The first merged key overrides later ones.
        entries.AddRange(merged.Where(entry => locations.TryAdd(entry.Key, entry.Location)));
        return new MapNode(entries, location ?? entries.FirstOrDefault()?.Location);
    }

    private string ComposeKey(int depth) =>
        _events.Current is Scalar { Value: var key } && Compose(depth + 1) is not null
            ? key
            : throw _events.FindTemplate() ?? new DocumentException(
                "a key must be a single value, not an alias, a list or a mapping",
                _events.Location, "Look for a stray '?', '*', '[' or '{'");

    private static IEnumerable<MapNode> MapsOf(ConfigNode value, SourceLocation location) => value switch
    {
        MapNode map => [map],
        ListNode list when list.Items.All(item => item is MapNode) => list.Items.Cast<MapNode>(),
        _ => throw new DocumentException(
            $"'<<' merges mappings, not {value.Kind}", location,
            "Write an alias of a mapping, such as '<<: *name', or a list of such aliases"),
    };
}
