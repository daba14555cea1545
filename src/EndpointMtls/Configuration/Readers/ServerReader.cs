using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Reads a <c>server</c>. Unknown keys are errors.</summary>
internal sealed class ServerReader(ConfigurationErrors errors, ConfigSource source)
{
    public ServerTlsOptions Read(MapEntry entry)
    {
        var origin = new RealmOrigin(ConfigKeys.Server)
        {
            IsSection = source.IsSection,
            Place = entry.Location?.ToString() ?? entry.Value.WrittenAt,
        };
        origin.SetLocation("", entry.Location, entry.Value.WrittenAt);
        var reader = new NodeReader(errors, origin, source);
        var server = new ServerTlsOptions { Origin = origin };
        if (entry.Value.IsBlank)
        {
            reader.AddError(
                ErrorCode.InvalidValue, "", "has no value", $"{KeyGroups.Server.FixForWrongType}, or remove '{ConfigKeys.Server}'");
            return server;
        }

        reader.ReadMap(
            entry.Value, key: "", KeyGroups.Server, (path, entry) => OptionTables.Server.Read(reader, path, entry, server));
        if (entry.Value is MapNode map && map.Has(ConfigKeys.Realm))
        {
            // Keys that are set to their default are errors as well. ServerCompiler cannot see those.
            foreach (var own in map.Entries.Where(entry => ConfigKeys.OfServerFiles.Contains(entry.Key)))
            {
                reader.AddError(ErrorCode.Conflict, own.Key, ServerCompiler.RealmConflict, ServerCompiler.RealmConflictFix(own.Key));
            }
        }

        return server;
    }
}
