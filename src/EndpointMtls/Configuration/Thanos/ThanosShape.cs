using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Thanos;

/// <summary>Converts a document in the Thanos format to realms. Endpoints with equal connection settings form one realm.</summary>
internal sealed class ThanosShape(ConfigurationErrors errors, ConfigSource source)
{
    private readonly List<ThanosRealm> _realms = [];
    private readonly Dictionary<string, ThanosRealm> _byConnection = [];
    private ClientConfig? _defaults;

    /// <param name="document">The document.</param>
    /// <param name="takenNames">The names of existing realms.</param>
    public ListNode Convert(MapNode document, IEnumerable<string?> takenNames)
    {
        if (Find(document, ConfigKeys.DefaultClientConfig) is { } defaults)
        {
            _defaults = ClientConfig.Read(defaults.Value, key: "", NewReader());

            // Reports errors even in settings that every endpoint overrides. The same error is reported only once.
            new TlsReader(NewReader()).Read(_defaults.ToTlsConfig());

            NodeReader NewReader() => ReaderOf(ConfigKeys.DefaultClientConfig, defaults.Location, defaults.Value.WrittenAt);
        }

        ReadEndpoints(document);
        var names = takenNames.OfType<string>().ToHashSet();
        return new ListNode([.. _realms.Select(realm => realm.ToNode(names))], document.Location);
    }

    private void ReadEndpoints(MapNode document)
    {
        var entry = Find(document, ConfigKeys.Endpoints);
        if (entry is { Value: ListNode { Items.Count: > 0 } list })
        {
            for (var index = 0; index < list.Items.Count; index++)
            {
                ReadEndpoint(list.Items[index], $"{ConfigKeys.Endpoints}[{index}]");
            }

            return;
        }

        var (code, problem) = entry switch
        {
            null => (ErrorCode.Required, "required"),
            { Value: ListNode } => (ErrorCode.InvalidValue, "is empty"),
            _ => (ErrorCode.WrongType, ""),
        };
        var fix = KeyGroups.ThanosEndpoint.FixForWrongType;
        if (code == ErrorCode.WrongType)
        {
            (problem, fix) = source.ExplainNoList(entry!.Value, "a list", fix, entry.Value.WrittenAt ?? ConfigKeys.Endpoints);
        }

        errors.Add(code, ConfigKeys.Endpoints, entry?.Location ?? document.Location, problem, fix, entry?.Value.WrittenAt);
    }

    private void ReadEndpoint(ConfigNode node, string path)
    {
        var reader = ReaderOf(path, node.Location, node.WrittenAt);
        var errorsBefore = errors.Count;
        TextNode? address = null;
        ClientConfig? own = null;
        var realm = new ThanosRealm(reader.PathOf, node.Location);
        reader.ReadMap(node, key: "", KeyGroups.ThanosEndpoint, (key, entry) =>
        {
            switch (key)
            {
                case ConfigKeys.Address:
                    address = reader.ReadText(entry.Value, key) is null ? null
                        : (TextNode)(entry.Value with { WrittenAt = reader.PathOf(key) });
                    break;
                case ConfigKeys.Strict: realm.IsStrict = reader.ReadBoolean(entry.Value, key) ?? false; break;
                case ConfigKeys.Group: realm.Group = reader.ReadBoolean(entry.Value, key) == true ? entry : null; break;
                case ConfigKeys.ServiceConfig: realm.ServiceConfig = entry.Value is TextNode { Text: "" } ? null : entry; break;
                case ConfigKeys.ClientConfig: own = ClientConfig.Read(entry.Value, key, reader); break;
            }
        });
        if (address is not null)
        {
            realm.InheritsAll = own is null;
            realm.TlsConfig = new ThanosInheritance(errors).Resolve(own, _defaults);
            realm.Channel = ThanosInheritance.ResolveChannel(own, _defaults);
            AddTo(realm, address);
        }
        else if (errors.Count == errorsBefore)
        {
            reader.AddError(ErrorCode.Required, ConfigKeys.Address, "required", "Write 'host:port'");
        }
    }

    private void AddTo(ThanosRealm realm, TextNode address)
    {
        var connection = realm.DescribeConnection();
        if (_byConnection.TryGetValue(connection, out var known))
        {
            known.InheritsAll |= realm.InheritsAll;
        }
        else
        {
            _byConnection.Add(connection, known = realm);
            _realms.Add(realm);
        }

        known.Addresses.Add(address);
    }

    private NodeReader ReaderOf(string path, SourceLocation? location, string? writtenAt)
    {
        var origin = new RealmOrigin(path) { IsSection = source.IsSection };
        origin.SetLocation("", location, writtenAt);
        return new NodeReader(errors, origin, source);
    }

    private static MapEntry? Find(MapNode map, string key) => map.Entries.FirstOrDefault(entry => entry.Key == key);
}
