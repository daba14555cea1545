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

    /// <summary>Whether a setting asks for anything: an empty one does not, nor one that is true or false as it is by default.</summary>
    /// <remarks>A key without a value is not an empty one: it is rejected where it is read.</remarks>
    public static bool Says(MapEntry entry) => entry.Value is not TextNode { Text: var text } || (text.Length > 0 && !IsDefault(entry.Key, text));

    private static bool IsDefault(string key, string text) =>
        OptionTables.Tls.DefaultOfSwitch(key) is { } value && bool.TryParse(text, out var written) && written == value;
}
