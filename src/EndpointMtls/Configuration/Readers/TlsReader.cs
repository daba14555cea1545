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
            reader.AddError(
                ErrorCode.InvalidValue, ConfigKeys.TlsConfig, "has no value",
                $"Set '{ConfigKeys.CaFile}', or for plaintext '{ConfigKeys.Enabled}: false'");
            return null;
        }

        var tls = new TlsOptions();
        reader.ReadMap(
            node, ConfigKeys.TlsConfig, KeyGroups.TlsConfig, (path, entry) => OptionTables.Tls.Read(reader, path, entry, tls));
        if (!tls.Enabled)
        {
            RejectPlaintextConflicts(((MapNode)node).Entries, reader);
        }

        return tls;
    }

    /// <summary>Adds an error for each known key that is set in addition to <c>enabled: false</c>.</summary>
    public static void RejectPlaintextConflicts(IEnumerable<MapEntry> entries, NodeReader reader)
    {
        foreach (var entry in entries.Where(entry => IsOption(entry.Key) && IsSet(entry)))
        {
            reader.AddError(
                ErrorCode.Conflict, $"{ConfigKeys.TlsConfig}.{entry.Key}", TlsCompiler.PlaintextConflict, TlsCompiler.PlaintextConflictFix);
        }
    }

    /// <summary>Whether a key is set. It is not if its value is an empty text, or a true or false that is the default.</summary>
    /// <remarks>A key without a value counts as set: it is rejected where it is read.</remarks>
    public static bool IsSet(MapEntry entry) =>
        entry.Value is not TextNode { Text: var text } || (text.Length > 0 && !IsDefault(entry.Key, text));

    private static bool IsOption(string key) => key != ConfigKeys.Enabled && ConfigKeys.OfTlsConfig.Contains(key);

    private static bool IsDefault(string key, string text) =>
        OptionTables.Tls.DefaultOfSwitch(key) is { } value && text.Equals(value ? "true" : "false", StringComparison.OrdinalIgnoreCase);
}
