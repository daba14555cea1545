using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Reads a <c>tls_config</c>.</summary>
internal sealed class TlsReader(NodeReader reader)
{
    public TlsOptions? Read(ConfigNode node)
    {
        if (node is NullNode)
        {
            reader.AddError(ErrorCode.InvalidValue, ConfigKeys.TlsConfig, "has no value", "Set 'ca_file', or remove 'tls_config' for plaintext");
            return null;
        }

        var tls = new TlsOptions();
        reader.ReadMap(node, ConfigKeys.TlsConfig, KeyGroups.TlsConfig, (path, entry) => OptionTables.Tls.Read(reader, path, entry, tls));
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
            reader.AddError(ErrorCode.Conflict, $"{ConfigKeys.TlsConfig}.{entry.Key}", TlsCompiler.BesidePlaintext, TlsCompiler.BesidePlaintextFix);
        }
    }

    /// <summary>Whether a setting asks for anything: one that is empty or switched off does not.</summary>
    public static bool Says(MapEntry entry) => entry.Value switch
    {
        TextNode text when OptionTables.Tls.IsSwitch(entry.Key) => text.Text.ToLowerInvariant() is not ("" or "false"),
        // A key without a value is not an empty one: it is refused where it is read.
        _ => entry.Value is not TextNode { Text: "" },
    };
}
