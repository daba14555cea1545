using EndpointMtls.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EndpointMtls.Documents;

/// <summary>
/// Makes nodes of a YAML text, with the place of each. Anchors, aliases and merge keys are resolved; what could mean one
/// thing to us and another to the next reader is refused, and so is what could exhaust us.
/// </summary>
internal sealed class YamlComposer
{
    private readonly YamlEvents _events;
    private readonly YamlAnchors _anchors;

    private YamlComposer(YamlEvents events, string file) => (_events, _anchors) = (events, new YamlAnchors(file));

    /// <returns>The document; nothing if there is none.</returns>
    /// <exception cref="DocumentProblem">The text is not YAML that we read.</exception>
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
            : throw new DocumentProblem("has more than one YAML document", events.Location, "Keep everything in one list");
    }

    /// <summary>Composes the node that begins with the current event, and stays at its last.</summary>
    private ConfigNode Compose(int depth)
    {
        if (_events.Current is AnchorAlias alias)
        {
            return _anchors.Expand(alias, depth);
        }

        if (_events.Current is not NodeEvent node)
        {
            // As the parser has it behind a key that is not there: '- : '.
            throw new DocumentProblem("not valid YAML: a key or a value is missing", _events.Location, "Look for a stray ':'");
        }

        var opened = _anchors.Open(node, depth);
        if (!node.Tag.IsEmpty && !(node is Scalar && node.Tag.Value == "tag:yaml.org,2002:str"))
        {
            throw new DocumentProblem($"the tag '{Snippet.Truncate(node.Tag.Value)}' says what kind of value follows, and the key decides that", _events.Location, "Remove the tag");
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
        var location = _events.Location;
        var entries = new List<MapEntry>();
        var merged = new List<MapEntry>();
        var places = new Dictionary<string, SourceLocation?>(StringComparer.Ordinal);
        while (_events.Next() is not MappingEnd)
        {
            var place = _events.Location;
            var isMerge = _events.Current is Scalar { Value: "<<", Style: ScalarStyle.Plain, Tag.IsEmpty: true };
            var key = ComposeKey(depth);
            if (!places.TryAdd(key, place))
            {
                throw new DocumentProblem($"the key '{Snippet.Truncate(key)}' stands here a second time, after line {places[key]!.Line}", place, "Keep one of the two");
            }

            _events.Next();
            var value = Compose(depth + 1);
            if (isMerge)
            {
                merged.AddRange(MapsOf(value, place).SelectMany(map => map.Entries));
            }
            else
            {
                entries.Add(new MapEntry(key, place, value));
            }
        }

        // Own keys come before merged ones, and of those the first.
        entries.AddRange(merged.Where(entry => places.TryAdd(entry.Key, entry.Location)));
        return new MapNode(entries, location);
    }

    private string ComposeKey(int depth) =>
        _events.Current is Scalar { Value: var key } && Compose(depth + 1) is not null
            ? key
            : throw new DocumentProblem("a key must be a single word that is written out", _events.Location, "Look for a stray '?', '*', '[' or '{'");

    private static IEnumerable<MapNode> MapsOf(ConfigNode value, SourceLocation place) => value switch
    {
        MapNode map => [map],
        ListNode list when list.Items.All(item => item is MapNode) => list.Items.Cast<MapNode>(),
        _ => throw new DocumentProblem($"'<<' merges groups of keys, not {value.Kind}", place, "Give an alias of a group, such as '<<: *name', or a list of such"),
    };
}
