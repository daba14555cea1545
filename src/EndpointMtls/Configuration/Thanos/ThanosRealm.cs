using System.Text;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Thanos;

/// <summary>The Thanos endpoints with equal connection settings, and the realm that they become.</summary>
/// <param name="pathOf">Returns the path of a key of the first endpoint, as it is written; for an empty key, that of the endpoint.</param>
/// <param name="location">The position of the first endpoint.</param>
internal sealed class ThanosRealm(Func<string, string> pathOf, SourceLocation? location)
{
    public List<TextNode> Addresses { get; } = [];

    /// <summary>Whether one of the endpoints has no <c>client_config</c> of its own.</summary>
    public bool InheritsAll { get; set; }

    public bool IsStrict { get; set; }
    public MapNode? TlsConfig { get; set; }
    public IReadOnlyList<MapEntry> Channel { get; set; } = [];
    public MapEntry? Group { get; set; }
    public MapEntry? ServiceConfig { get; set; }

    /// <summary>A text that is equal for endpoints that differ only in their address.</summary>
    public string DescribeConnection()
    {
        var text = new StringBuilder();
        text.Append(IsStrict).Append(Group is not null);
        Describe(ServiceConfig?.Value);
        Describe(TlsConfig);
        Describe(new MapNode([.. Channel], null));
        return text.ToString();

        // The lengths make the text unambiguous.
        void Describe(ConfigNode? node)
        {
            switch (node)
            {
                case TextNode leaf:
                    text.Append('"').Append(leaf.Text.Length).Append(':').Append(leaf.Text);
                    break;
                case ListNode list:
                    text.Append('[').Append(list.Items.Count);
                    list.Items.ToList().ForEach(Describe);
                    break;
                case MapNode map:
                    text.Append('{').Append(map.Entries.Count);
                    map.Entries.ToList().ForEach(entry =>
                    {
                        text.Append(entry.Key.Length).Append(':').Append(entry.Key);
                        Describe(entry.Value);
                    });
                    break;
                default:
                    text.Append('-');
                    break;
            }
        }
    }

    /// <param name="takenNames">The names of other realms. The new name is added.</param>
    public MapNode ToNode(HashSet<string> takenNames)
    {
        var entries = new List<MapEntry>
        {
            new(ConfigKeys.Name, null, new TextNode(Name(takenNames), null)),
            new(ConfigKeys.Endpoints, null, new ListNode(Addresses, null)),
        };
        Add(ConfigKeys.TlsConfig, TlsConfig?.Location, TlsConfig);
        Add(ConfigKeys.Mode, null, IsStrict ? new TextNode("strict", null) { WrittenAt = pathOf(ConfigKeys.Strict) } : null);
        Add(ConfigKeys.Group, Group?.Location, Group?.Value);
        Add(ConfigKeys.ServiceConfig, ServiceConfig?.Location, ServiceConfig?.Value);
        entries.AddRange(Channel);
        return new MapNode(entries, location) { WrittenAt = pathOf("") };

        void Add(string key, SourceLocation? place, ConfigNode? value)
        {
            if (value is not null)
            {
                entries.Add(new MapEntry(key, place, value with { WrittenAt = value.WrittenAt ?? pathOf(key) }));
            }
        }
    }

    private string Name(HashSet<string> takenNames)
    {
        var first = Addresses[0].Text;
        var name = InheritsAll && Group is null ? IsStrict ? "default-strict" : "default"
            : string.IsNullOrWhiteSpace(first) ? pathOf("") : first;
        var unique = name;
        for (var number = 2; !takenNames.Add(unique); number++)
        {
            unique = $"{name}-{number}";
        }

        return unique;
    }
}
