using System.Security.Authentication;

namespace EndpointMtls.Configuration;

/// <summary>Reads realms from configuration nodes, strictly: what it does not know is an error.</summary>
internal sealed class RealmReader(ConfigurationErrors errors, string? baseDirectory)
{
    private static readonly (string, SslProtocols)[] Versions = [("1.2", SslProtocols.Tls12), ("1.3", SslProtocols.Tls13)];
    private static readonly (string, TrustRemovedAction)[] TrustRemovedActions = [("drain", TrustRemovedAction.Drain), ("close", TrustRemovedAction.Close)];
    private static readonly (string, ExpiredAction)[] ExpiredActions = [("serve", ExpiredAction.Serve), ("fail", ExpiredAction.Fail)];

    /// <summary>Adds the realms behind those of the sources before.</summary>
    public void AddTo(IList<RealmOptions> realms, ListNode nodes)
    {
        foreach (var node in nodes.Items)
        {
            realms.Add(ReadRealm(node, new RealmOrigin($"{ConfigKeys.Realms}[{realms.Count}]")));
        }
    }

    private RealmOptions ReadRealm(ConfigNode node, RealmOrigin origin)
    {
        var realm = new RealmOptions { Origin = origin };
        ReadMap(node, origin, key: "", ConfigKeys.OfRealm, (key, value) =>
        {
            switch (key)
            {
                case ConfigKeys.Name: realm.Name = ReadText(value, origin, key); break;
                case ConfigKeys.Match: ReadList(value, origin, key, realm.Match); break;
                case ConfigKeys.TlsConfig: realm.TlsConfig = ReadTlsConfig(value, origin); break;
                case ConfigKeys.Endpoints: ReadList(value, origin, key, realm.Endpoints); break;
                case ConfigKeys.Mode: realm.Mode = ReadMode(value, origin); break;
            }
        });
        return realm;
    }

    private TlsOptions? ReadTlsConfig(ConfigNode node, RealmOrigin origin)
    {
        if (node is NullNode)
        {
            origin.AddError(errors, ConfigKeys.TlsConfig, "has no value", "Set 'ca_file', or remove 'tls_config' for plaintext");
            return null;
        }

        var tls = new TlsOptions();
        ReadMap(node, origin, ConfigKeys.TlsConfig, ConfigKeys.OfTlsConfig, (key, value) =>
        {
            var path = $"{ConfigKeys.TlsConfig}.{key}";
            switch (key)
            {
                case ConfigKeys.CertFile: tls.CertFile = ReadPath(value, origin, path); break;
                case ConfigKeys.KeyFile: tls.KeyFile = ReadPath(value, origin, path); break;
                case ConfigKeys.KeyPasswordFile: tls.KeyPasswordFile = ReadPath(value, origin, path); break;
                case ConfigKeys.CaFile: ReadPaths(value, origin, path, tls.CaFile); break;
                case ConfigKeys.ServerName: tls.ServerName = ReadText(value, origin, path) is { Length: > 0 } name ? name : null; break;
                case ConfigKeys.MinVersion: tls.MinVersion = ReadWord(value, origin, path, Versions, tls.MinVersion); break;
                case ConfigKeys.CheckInterval: tls.CheckInterval = ReadDuration(value, origin, path, tls.CheckInterval); break;
                case ConfigKeys.SwapJitter: tls.SwapJitter = ReadDuration(value, origin, path, tls.SwapJitter); break;
                case ConfigKeys.DrainTimeout: tls.DrainTimeout = ReadDuration(value, origin, path, tls.DrainTimeout); break;
                case ConfigKeys.CaOverlap: tls.CaOverlap = ReadDuration(value, origin, path, tls.CaOverlap); break;
                case ConfigKeys.OnTrustRemoved: tls.OnTrustRemoved = ReadWord(value, origin, path, TrustRemovedActions, tls.OnTrustRemoved); break;
                case ConfigKeys.OnExpired: tls.OnExpired = ReadWord(value, origin, path, ExpiredActions, tls.OnExpired); break;
            }
        });
        return tls;
    }

    private void ReadMap(ConfigNode node, RealmOrigin origin, string key, string[] known, Action<string, ConfigNode> read)
    {
        origin.Remember(key, node.Location);
        if (node is not MapNode map)
        {
            origin.AddError(errors, key, $"must be a group of keys, not {node.Kind}", $"Known keys: {string.Join(", ", known)}");
            return;
        }

        var seen = new HashSet<string>();
        foreach (var entry in map.Entries)
        {
            var path = key.Length == 0 ? entry.Key : $"{key}.{entry.Key}";
            origin.Remember(path, entry.Location);
            if (!known.Contains(entry.Key))
            {
                origin.AddError(errors, path, "unknown key", Nearest.To(entry.Key, known) is { } meant
                    ? $"Did you mean '{meant}'?"
                    : $"Known keys: {string.Join(", ", known)}");
            }
            else if (seen.Add(entry.Key))
            {
                read(entry.Key, entry.Value);
            }
            else
            {
                origin.AddError(errors, path, "is set twice, with and without underscores", "Keep one spelling");
            }
        }
    }

    private void ReadList(ConfigNode node, RealmOrigin origin, string key, IList<string> list)
    {
        switch (node)
        {
            case NullNode or TextNode { Text: "" }:
                break;
            case ListNode items:
                foreach (var item in items.Items)
                {
                    var path = $"{key}[{list.Count}]";
                    origin.Remember(path, item.Location);
                    if (ReadText(item, origin, path) is { } text)
                    {
                        list.Add(text);
                    }
                }

                break;
            default:
                origin.AddError(errors, key, $"must be a list, not {node.Kind}", "Write one item a line, each after '- '");
                break;
        }
    }

    private string? ReadText(ConfigNode node, RealmOrigin origin, string key)
    {
        if (node is TextNode text)
        {
            return text.Text;
        }

        origin.AddError(errors, key, $"must be a single value, not {node.Kind}", "Give one value, or remove the key");
        return null;
    }

    private string? ReadPath(ConfigNode node, RealmOrigin origin, string key) =>
        ReadText(node, origin, key) is { } path ? Resolve(path) : null;

    private string Resolve(string path) => path.Length == 0 || baseDirectory is null ? path : Path.Combine(baseDirectory, path);

    private void ReadPaths(ConfigNode node, RealmOrigin origin, string key, IList<string> paths)
    {
        if (node is not ListNode)
        {
            if (ReadPath(node, origin, key) is { } path)
            {
                paths.Add(path);
            }

            return;
        }

        ReadList(node, origin, key, paths);
        for (var index = 0; index < paths.Count; index++)
        {
            paths[index] = Resolve(paths[index]);
        }
    }

    private EndpointMode ReadMode(ConfigNode node, RealmOrigin origin)
    {
        switch (ReadText(node, origin, ConfigKeys.Mode))
        {
            case "strict":
                return EndpointMode.Strict;
            case "" or null:
                return EndpointMode.NonStrict;
            case var other:
                origin.AddError(errors, ConfigKeys.Mode, $"'{other}' is not a mode", "Write 'strict', or remove the key");
                return EndpointMode.NonStrict;
        }
    }

    private T ReadWord<T>(ConfigNode node, RealmOrigin origin, string key, (string Word, T Value)[] words, T fallback)
    {
        if (ReadText(node, origin, key) is { } text)
        {
            foreach (var (word, value) in words)
            {
                if (word == text)
                {
                    return value;
                }
            }

            origin.AddError(errors, key, $"'{text}' is not one of its values", $"Write {string.Join(" or ", words.Select(word => $"\"{word.Word}\""))}");
        }

        return fallback;
    }

    private TimeSpan ReadDuration(ConfigNode node, RealmOrigin origin, string key, TimeSpan fallback)
    {
        if (ReadText(node, origin, key) is { } text)
        {
            if (Duration.TryParse(text, out var duration))
            {
                return duration;
            }

            origin.AddError(errors, key, $"'{text}' is not a duration", "Write a number with its unit, such as '30s', '5m' or '1h30m'");
        }

        return fallback;
    }
}
