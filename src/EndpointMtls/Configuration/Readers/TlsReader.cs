using System.Security.Authentication;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Reads a <c>tls_config</c>.</summary>
internal sealed class TlsReader(NodeReader reader)
{
    public static readonly (string, TrustRemovedAction)[] TrustRemovedActions = [("drain", TrustRemovedAction.Drain), ("close", TrustRemovedAction.Close)];
    public static readonly (string, ExpiredAction)[] ExpiredActions = [("serve", ExpiredAction.Serve), ("fail", ExpiredAction.Fail)];

    public TlsOptions? Read(ConfigNode node)
    {
        if (node is NullNode)
        {
            reader.AddError(ConfigKeys.TlsConfig, "has no value", "Set 'ca_file', or remove 'tls_config' for plaintext");
            return null;
        }

        var tls = new TlsOptions();
        reader.ReadMap(node, ConfigKeys.TlsConfig, KeyGroups.TlsConfig, (path, entry) => Read(path, entry, tls));
        if (!tls.Enabled)
        {
            RefuseBesidePlaintext(((MapNode)node).Entries, reader);
        }

        return tls;
    }

    /// <summary>Refuses everything that says something beside <c>enabled: false</c>.</summary>
    public static void RefuseBesidePlaintext(IEnumerable<MapEntry> entries, NodeReader reader)
    {
        foreach (var entry in entries.Where(entry => entry.Key != ConfigKeys.Enabled && Says(entry)))
        {
            reader.AddError($"{ConfigKeys.TlsConfig}.{entry.Key}", TlsCompiler.BesidePlaintext, TlsCompiler.BesidePlaintextFix);
        }
    }

    /// <summary>Whether a setting asks for anything: one that is empty or switched off does not.</summary>
    public static bool Says(MapEntry entry) => entry.Value switch
    {
        TextNode text when entry.Key is ConfigKeys.UseSystemRoots or ConfigKeys.InsecureSkipVerify => text.Text.ToLowerInvariant() is not ("" or "false"),
        // A key without a value is not an empty one: it is refused where it is read.
        _ => entry.Value is not TextNode { Text: "" },
    };

    /// <summary>Reads a version as Thanos, Prometheus and Kubernetes write it.</summary>
    public static SslProtocols ReadVersion(NodeReader reader, ConfigNode node, string path, SslProtocols fallback)
    {
        const string Fix = "Write \"1.2\" or \"1.3\"";
        switch (reader.ReadText(node, path))
        {
            case "1.2" or "TLS12" or "VersionTLS12": return SslProtocols.Tls12;
            case "1.3" or "TLS13" or "VersionTLS13": return SslProtocols.Tls13;
            case "1.0" or "1.1" or "TLS10" or "TLS11" or "VersionTLS10" or "VersionTLS11":
                reader.AddError(path, $"'{((TextNode)node).Text}' is too old: TLS 1.0 and 1.1 are broken", Fix);
                break;
            case { } other:
                reader.AddError(path, $"'{Snippet.Truncate(other)}' is not one of its values", Fix);
                break;
        }

        return fallback;
    }

    private void Read(string path, MapEntry entry, TlsOptions tls)
    {
        var value = entry.Value;
        switch (entry.Key)
        {
            case ConfigKeys.Enabled: tls.Enabled = reader.ReadBoolean(value, path) ?? true; break;
            case ConfigKeys.CertFile: tls.CertFile = reader.ReadPath(value, path); break;
            case ConfigKeys.KeyFile: tls.KeyFile = reader.ReadPath(value, path); break;
            case ConfigKeys.KeyPasswordFile: tls.KeyPasswordFile = reader.ReadPath(value, path); break;
            case ConfigKeys.CaFile: reader.ReadPaths(value, path, tls.CaFile); break;
            case ConfigKeys.UseSystemRoots: tls.UseSystemRoots = reader.ReadBoolean(value, path) ?? false; break;
            case ConfigKeys.InsecureSkipVerify: tls.InsecureSkipVerify = reader.ReadBoolean(value, path) ?? false; break;
            case ConfigKeys.ServerName: tls.ServerName = reader.ReadOptionalText(value, path); break;
            case ConfigKeys.MinVersion: tls.MinVersion = ReadVersion(reader, value, path, tls.MinVersion); break;
            case ConfigKeys.CheckInterval: tls.CheckInterval = reader.ReadDuration(value, path, tls.CheckInterval); break;
            case ConfigKeys.SwapJitter: tls.SwapJitter = reader.ReadDuration(value, path, tls.SwapJitter); break;
            case ConfigKeys.DrainTimeout: tls.DrainTimeout = reader.ReadDuration(value, path, tls.DrainTimeout); break;
            case ConfigKeys.CaOverlap: tls.CaOverlap = reader.ReadDuration(value, path, tls.CaOverlap); break;
            case ConfigKeys.OnTrustRemoved: tls.OnTrustRemoved = reader.ReadWord(value, path, TrustRemovedActions, tls.OnTrustRemoved); break;
            case ConfigKeys.OnExpired: tls.OnExpired = reader.ReadWord(value, path, ExpiredActions, tls.OnExpired); break;
        }
    }
}
