using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Reads realms from configuration nodes. Unknown keys are errors.</summary>
internal sealed class RealmReader(ConfigurationErrors errors, ConfigSource source)
{
    /// <summary>Appends realms to those of earlier sources.</summary>
    public void AddTo(IList<RealmOptions> realms, ListNode nodes)
    {
        foreach (var node in nodes.Items)
        {
            realms.Add(ReadRealm(node, new RealmOrigin($"{ConfigKeys.Realms}[{realms.Count}]") { IsSection = source.IsSection }));
        }
    }

    private RealmOptions ReadRealm(ConfigNode node, RealmOrigin origin)
    {
        var reader = new NodeReader(errors, origin, source);
        var realm = new RealmOptions { Origin = origin };
        reader.ReadMap(node, key: "", KeyGroups.Realm, (path, entry) =>
        {
            switch (path)
            {
                case ConfigKeys.Name: realm.Name = reader.ReadText(entry.Value, path); break;
                case ConfigKeys.Match: reader.ReadTexts(entry.Value, path, realm.Match); break;
                case ConfigKeys.TlsConfig: realm.TlsConfig = new TlsReader(reader).Read(entry.Value); break;
                case ConfigKeys.Endpoints: reader.ReadTexts(entry.Value, path, realm.Endpoints); break;
                case ConfigKeys.EndpointsSdFiles:
                    reader.ReadList(entry.Value, path, realm.EndpointsSdFiles, (path, item) => ReadSdFiles(item, path, reader));
                    break;
                case ConfigKeys.Mode: realm.Strict = ReadMode(entry.Value, reader); break;
                case ConfigKeys.Group: realm.Group = reader.ReadBoolean(entry.Value, path) ?? false; break;
                case ConfigKeys.Probe: realm.Probe = reader.ReadBoolean(entry.Value, path) ?? true; break;
                case ConfigKeys.ServiceConfig: realm.ServiceConfig = ReadServiceConfig(entry.Value, reader); break;
                default: OptionTables.Channel.Read(reader, path, entry, realm); break;
            }
        });
        return realm;
    }

    private FileSdOptions ReadSdFiles(ConfigNode node, string key, NodeReader reader)
    {
        var files = new FileSdOptions();
        reader.ReadMap(node, key, KeyGroups.SdFiles, (path, entry) =>
        {
            if (entry.Key != ConfigKeys.Files)
            {
                files.RefreshInterval = reader.ReadDuration(entry.Value, path, files.RefreshInterval);
            }
            else if (!source.IsSection || !entry.Value.IsBlank)
            {
                // In a section, an empty list is an empty text.
                reader.ReadPaths(entry.Value, path, files.Files);
            }
        });
        if (node is MapNode map && map.Entries.All(entry => entry.Key == ConfigKeys.RefreshInterval))
        {
            reader.AddError(ErrorCode.Required, $"{key}.{ConfigKeys.Files}", "required", "List at least one file");
        }

        return files;
    }

    /// <returns>Whether the mode is strict.</returns>
    private static bool ReadMode(ConfigNode node, NodeReader reader)
    {
        switch (reader.ReadText(node, ConfigKeys.Mode))
        {
            case "strict":
                return true;
            case { Length: > 0 } other:
                reader.AddInvalid(ConfigKeys.Mode, other, "is not a valid value", "Use 'strict', or remove the key");
                break;
        }

        return false;
    }

    private string? ReadServiceConfig(ConfigNode node, NodeReader reader)
    {
        if (node is not MapNode)
        {
            return reader.ReadOptionalText(node, ConfigKeys.ServiceConfig);
        }

        // JSON is also YAML: without quotes, it was parsed as YAML.
        reader.AddError(
            ErrorCode.WrongType, ConfigKeys.ServiceConfig, "must be a string of JSON, not a mapping",
            source.IsSection ? "Write the JSON as one text" : "Put the JSON in single quotes");
        return null;
    }
}
