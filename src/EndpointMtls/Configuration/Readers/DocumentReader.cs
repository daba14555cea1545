using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Thanos;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Readers;

/// <summary>
/// Reads a document: a list of realms, a list under the key <c>realms</c>, or endpoints in the Thanos format. The last two may
/// have a <c>server</c> as well.
/// </summary>
internal sealed class DocumentReader(EndpointMtlsOptions options, ConfigSource source)
{
    private const string SectionFix =
        "Pass AddEndpointMtls a section that has only 'Realms' (or, in the Thanos format, 'Endpoints' and 'DefaultClientConfig') "
        + "and 'Server', such as configuration.GetSection(\"EndpointMtls\")";

    private const string ListFix = "Write a list of realms, such as '- endpoints: [host:port]'";

    public void Read(ConfigNode root)
    {
        if (!source.IsSection && OtherFormats.Recognise(root) is var (what, fix))
        {
            options.Errors.Add(ErrorCode.WrongDocument, source.Name, root.Location, what, fix);
            return;
        }

        switch (root)
        {
            case ListNode realms:
                AddRealms(realms);
                break;
            case MapNode map when map.Has(ConfigKeys.OfThanos) && !map.Has(ConfigKeys.Realms):
                RejectUnknown(map, KeyGroups.Thanos);
                ReadServer(map);
                var takenNames = options.Realms.Select(realm => realm.Name).Append(OwnNameOf(options.Server));
                AddRealms(new ThanosShape(options.Errors, source).Convert(map, takenNames));
                break;
            case MapNode { Entries.Count: > 0 } map:
                RejectUnknown(map, map.Has(ConfigKeys.Realms, ConfigKeys.Server) ? KeyGroups.RealmsDocument : KeyGroups.Document);
                ReadServer(map);
                ReadRealms(map);
                break;
            default:
                options.Errors.Add(ErrorCode.WrongType, source.Name, root.Location, "must be a list of realms", ListFix);
                break;
        }
    }

    private void ReadRealms(MapNode map)
    {
        foreach (var entry in map.Entries.Where(entry => entry.Key == ConfigKeys.Realms))
        {
            if (entry.Value is ListNode realms)
            {
                AddRealms(realms);
            }
            else
            {
                var fixInYaml = entry.Value is MapNode { Entries: [{ Key: var name, Value: MapNode }, ..] }
                    ? $"Write a list: '- name: {Snippet.Truncate(name)}', then the other keys of this realm" : ListFix;
                var (problem, fix) = source.ExplainNoList(entry.Value, "a list of realms", fixInYaml, PathOf(entry));
                options.Errors.Add(ErrorCode.WrongType, PathOf(entry), entry.Location, problem, fix);
            }
        }
    }

    private void ReadServer(MapNode map)
    {
        if (map.Entries.FirstOrDefault(entry => entry.Key == ConfigKeys.Server) is not { } entry)
        {
            return;
        }

        var server = new ServerReader(options.Errors, source).Read(entry);
        if (options.Server is { } first)
        {
            options.Errors.Add(
                ErrorCode.Conflict, PathOf(entry), entry.Location, $"is already configured in {first.Origin?.Place ?? "code"}",
                "Remove one of the two, and describe further servers in code");
        }
        else
        {
            options.Server = server;
        }
    }

    private static string? OwnNameOf(ServerTlsOptions? server) =>
        server is { Realm: null } ? server.Name ?? ServerCompiler.DefaultName : null;

    private void RejectUnknown(MapNode map, KeyGroup group)
    {
        foreach (var entry in map.Entries.Where(entry => !group.Keys.Contains(entry.Key)))
        {
            var (problem, fix) = group.Explain(entry.Key);
            options.Errors.Add(ErrorCode.UnknownKey, PathOf(entry), entry.Location, problem, source.IsSection ? SectionFix : fix);
        }

        var known = map.Entries.Where(entry => group.Keys.Contains(entry.Key));
        foreach (var duplicate in known.GroupBy(entry => entry.Key).SelectMany(entries => entries.Skip(1)))
        {
            options.Errors.Add(
                ErrorCode.DuplicateKey, PathOf(duplicate), duplicate.Location,
                "is set twice, with and without underscores", "Keep one spelling");
        }
    }

    private static string PathOf(MapEntry entry) => entry.Value.WrittenAt ?? Snippet.Truncate(entry.Key);

    private void AddRealms(ListNode realms) => new RealmReader(options.Errors, source).AddTo(options.Realms, realms);
}
