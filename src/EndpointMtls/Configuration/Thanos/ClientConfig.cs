using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Thanos;

/// <summary>A <c>client_config</c> of Thanos: what it says, and whether that means TLS.</summary>
internal sealed class ClientConfig
{
    private static readonly string[] MeaningTls = [ConfigKeys.CertFile, ConfigKeys.KeyFile, ConfigKeys.CaFile, ConfigKeys.UseSystemRoots, ConfigKeys.InsecureSkipVerify];

    private bool? _enabled;
    private SourceLocation? _enabledAt;

    private ClientConfig(string tlsPath, SourceLocation? location) => (TlsPath, Location) = (tlsPath, location);

    /// <summary>The path of its <c>tls_config</c>.</summary>
    public string TlsPath { get; }

    public SourceLocation? Location { get; private set; }

    /// <summary>The keys of <c>tls_config</c> but <c>enabled</c>, and <c>server_name</c>, which stands beside it; the empty ones as well.</summary>
    public Dictionary<string, MapEntry> Settings { get; } = [];

    /// <summary>Whether it has a <c>tls_config</c>.</summary>
    public bool HasTlsConfig { get; private set; }

    /// <summary>Whether it says <c>enabled: false</c>.</summary>
    public bool IsPlaintext => _enabled == false;

    /// <summary>Whether TLS is on; nothing, if it does not say.</summary>
    public bool? IsSecured => _enabled ?? (MeaningTls.Any(IsGiven) ? true : null);

    public static ClientConfig Read(ConfigNode node, string key, NodeReader reader)
    {
        var prefix = key.Length == 0 ? "" : $"{key}.";
        var config = new ClientConfig(reader.PathOf(prefix + ConfigKeys.TlsConfig), node.Location);
        reader.ReadMap(node, key, KeyGroups.ClientConfig, (path, entry) =>
        {
            switch (entry.Key)
            {
                case ConfigKeys.TlsConfig: config.ReadTls(entry.Value, path, reader); break;
                case ConfigKeys.ServerName: config.Add(entry, path, reader); break;
                case ConfigKeys.Compression: CheckCompression(entry.Value, path, reader); break;
            }
        });
        if (config.IsPlaintext)
        {
            foreach (var setting in config.Settings.Values.Where(TlsReader.Says))
            {
                var path = setting.Key == ConfigKeys.ServerName ? prefix + ConfigKeys.ServerName : $"{prefix}{ConfigKeys.TlsConfig}.{setting.Key}";
                reader.AddError(ErrorCode.Conflict, path, TlsCompiler.BesidePlaintext, TlsCompiler.BesidePlaintextFix);
            }
        }

        return config;
    }

    /// <summary>Whether it asks for something by a key.</summary>
    public bool Says(string key) => Settings.TryGetValue(key, out var entry) && TlsReader.Says(entry);

    /// <summary>Plaintext in words, as a <c>tls_config</c> of ours.</summary>
    public MapNode ToPlaintext() => new([new MapEntry(ConfigKeys.Enabled, _enabledAt, new TextNode("false", _enabledAt))], Location) { WrittenAt = TlsPath };

    /// <summary>What it says, as a <c>tls_config</c> of ours.</summary>
    public MapNode ToTlsConfig() => ToTlsConfig(Settings);

    /// <summary>Settings that stand here, or are inherited here, as a <c>tls_config</c> of ours: in one order, without the empty ones.</summary>
    public MapNode ToTlsConfig(IReadOnlyDictionary<string, MapEntry> settings) =>
        new([.. ConfigKeys.OfTlsConfig.Where(key => settings.TryGetValue(key, out var entry) && TlsReader.Says(entry)).Select(key => settings[key])], Location) { WrittenAt = TlsPath };

    // Whoever writes 'insecure_skip_verify: false' speaks of TLS, and must not get plaintext.
    private bool IsGiven(string key) => Settings.TryGetValue(key, out var entry) && entry.Value is not TextNode { Text: "" };

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
                Add(entry, path, reader);
            }
        });
    }

    private void Add(MapEntry entry, string path, NodeReader reader) =>
        Settings[entry.Key] = entry with { Value = entry.Value with { WrittenAt = reader.PathOf(path) } };

    private static void CheckCompression(ConfigNode node, string path, NodeReader reader)
    {
        switch (reader.ReadText(node, path))
        {
            case null or "" or "none":
                break;
            case "snappy":
                reader.AddWarning(ErrorCode.NoEffect, path, "'snappy' is not supported, and messages are sent uncompressed", "Write 'none', or remove the key");
                break;
            case var other:
                reader.AddError(ErrorCode.InvalidValue, path, $"'{Snippet.Truncate(other)}' is not a compression", "Write 'none', or remove the key");
                break;
        }
    }
}
