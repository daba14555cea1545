using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Thanos;

/// <summary>A <c>client_config</c> in the Thanos format: its settings, and whether they enable TLS.</summary>
internal sealed class ClientConfig
{
    private static readonly string[] EnablingTls =
        [ConfigKeys.CertFile, ConfigKeys.KeyFile, ConfigKeys.CaFile, ConfigKeys.UseSystemRoots, ConfigKeys.InsecureSkipVerify];

    private bool? _enabled;
    private SourceLocation? _enabledAt;

    private ClientConfig(string tlsPath, string tlsWrittenAt, SourceLocation? location) =>
        (TlsPath, TlsWrittenAt, Location) = (tlsPath, tlsWrittenAt, location);

    /// <summary>The path of the <c>tls_config</c> in the options.</summary>
    public string TlsPath { get; }

    /// <summary>The path of the <c>tls_config</c> in the document.</summary>
    public string TlsWrittenAt { get; }

    public SourceLocation? Location { get; private set; }

    /// <summary>The keys of <c>tls_config</c> except <c>enabled</c>, and the <c>server_name</c> next to it. Includes empty ones.</summary>
    public Dictionary<string, MapEntry> Settings { get; } = [];

    /// <summary>The keys of the channel. Includes empty ones.</summary>
    public Dictionary<string, MapEntry> Channel { get; } = [];

    /// <summary>Whether there is a <c>tls_config</c>.</summary>
    public bool HasTlsConfig { get; private set; }

    /// <summary>Whether <c>enabled: false</c> is set.</summary>
    public bool IsPlaintext => _enabled == false;

    /// <summary>Whether TLS is enabled; <see langword="null"/> if no setting decides it.</summary>
    public bool? IsSecured => _enabled ?? (EnablingTls.Any(IsPresent) ? true : null);

    public static ClientConfig Read(ConfigNode node, string key, NodeReader reader)
    {
        var prefix = key.Length == 0 ? "" : $"{key}.";
        var tlsKey = prefix + ConfigKeys.TlsConfig;
        var config = new ClientConfig(reader.OptionPathOf(tlsKey), reader.PathOf(tlsKey), node.Location);
        reader.ReadMap(node, key, KeyGroups.ClientConfig, (path, entry) =>
        {
            switch (entry.Key)
            {
                case ConfigKeys.TlsConfig: config.ReadTls(entry.Value, path, reader); break;
                case ConfigKeys.ServerName: Add(config.Settings, entry, path, reader); break;
                case ConfigKeys.Compression: CheckCompression(entry.Value, path, reader); break;
                default: config.AddChannel(entry, path, reader); break;
            }
        });
        if (config.IsPlaintext)
        {
            foreach (var setting in config.Settings.Values.Where(TlsReader.IsSet))
            {
                var path = setting.Key == ConfigKeys.ServerName
                    ? prefix + ConfigKeys.ServerName
                    : $"{prefix}{ConfigKeys.TlsConfig}.{setting.Key}";
                reader.AddError(ErrorCode.Conflict, path, TlsCompiler.PlaintextConflict, TlsCompiler.PlaintextConflictFix);
            }
        }

        return config;
    }

    /// <summary>Whether a key is set: see <see cref="TlsReader.IsSet"/>.</summary>
    public bool IsSet(string key) => Settings.TryGetValue(key, out var entry) && TlsReader.IsSet(entry);

    /// <summary>The <c>tls_config</c> of a realm for explicit plaintext.</summary>
    public MapNode ToPlaintext()
    {
        var disabled = new MapEntry(ConfigKeys.Enabled, _enabledAt, new TextNode("false", _enabledAt));
        return new MapNode([disabled], Location) { WrittenAt = TlsWrittenAt };
    }

    /// <summary>The <c>tls_config</c> of a realm with these settings.</summary>
    public MapNode ToTlsConfig() => ToTlsConfig(Settings);

    /// <summary>The <c>tls_config</c> of a realm with own and inherited settings that are set, in a fixed order.</summary>
    public MapNode ToTlsConfig(IReadOnlyDictionary<string, MapEntry> settings)
    {
        var set = ConfigKeys.OfTlsConfig.Where(key => settings.TryGetValue(key, out var entry) && TlsReader.IsSet(entry));
        return new MapNode([.. set.Select(key => settings[key])], Location) { WrittenAt = TlsWrittenAt };
    }

    // 'insecure_skip_verify: false' sets only the default, but shows that TLS is wanted: plaintext would be a downgrade.
    private bool IsPresent(string key) => Settings.TryGetValue(key, out var entry) && entry.Value is not TextNode { Text: "" };

    private void ReadTls(ConfigNode node, string path, NodeReader reader)
    {
        (Location, HasTlsConfig) = (node.Location, true);
        reader.ReadMap(node, path, KeyGroups.ThanosTlsConfig, (path, entry) =>
        {
            if (entry.Key == ConfigKeys.Enabled)
            {
                (_enabled, _enabledAt) = (reader.ReadBoolean(entry.Value, path), entry.Location);
            }
            else
            {
                Add(Settings, entry, path, reader);
            }
        });
    }

    private void AddChannel(MapEntry entry, string path, NodeReader reader)
    {
        Add(Channel, entry, path, reader);
        if (entry.Value is not TextNode { Text: "" })
        {
            // Reports errors even in settings that every endpoint overrides. The same error is reported only once.
            OptionTables.Channel.Read(reader, path, entry, new RealmOptions());
        }
    }

    private static void Add(Dictionary<string, MapEntry> settings, MapEntry entry, string path, NodeReader reader) =>
        settings[entry.Key] = entry with { Value = entry.Value with { WrittenAt = reader.PathOf(path) } };

    private static void CheckCompression(ConfigNode node, string path, NodeReader reader)
    {
        const string Fix = "Use 'none', or remove the key";
        switch (reader.ReadText(node, path))
        {
            case null or "" or "none":
                break;
            case "snappy":
                reader.AddWarning(ErrorCode.NoEffect, path, "'snappy' is not supported: messages are sent uncompressed", Fix);
                break;
            case var other:
                reader.AddInvalid(path, other, "is not a valid value", Fix);
                break;
        }
    }
}
