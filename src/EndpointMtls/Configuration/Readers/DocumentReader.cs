using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Thanos;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Readers;

/// <summary>Reads a whole document: a list of realms, the same under a key <c>realms</c>, or endpoints as Thanos writes them; beside either, a server.</summary>
internal sealed class DocumentReader(EndpointMtlsOptions options, ConfigSource source)
{
    private const string AboutSection = "The section given to AddEndpointMtls holds 'Realms', or what Thanos calls 'Endpoints' and 'DefaultClientConfig', perhaps a 'Server', and nothing else: "
        + "pass a section of its own, such as configuration.GetSection(\"EndpointMtls\")";

    private string ListFix => source.IsSection ? "Number them, as in 'Realms:0:Name', or write a JSON array" : "Begin each realm with '- name: …'";

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
                RefuseUnknown(map, KeyGroups.Thanos);
                ReadServer(map);
                AddRealms(new ThanosShape(options.Errors, source).Rewrite(map, options.Realms.Select(realm => realm.Name).Append(OwnNameOf(options.Server))));
                break;
            case MapNode { Entries.Count: > 0 } map:
                RefuseUnknown(map, map.Has(ConfigKeys.Realms, ConfigKeys.Server) ? KeyGroups.RealmsDocument : KeyGroups.Document);
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
                options.Errors.Add(ErrorCode.WrongType, PathOf(entry), entry.Location, "must be a list of realms", ListFix);
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
            options.Errors.Add(ErrorCode.Conflict, PathOf(entry), entry.Location, $"there is one already, in {first.Origin?.Place ?? "code"}", "A process has one: keep one of the two, and describe others in code");
        }
        else
        {
            options.Server = server;
        }
    }

    private static string? OwnNameOf(ServerTlsOptions? server) => server is { Realm: null } ? server.Name ?? ServerCompiler.DefaultName : null;

    private void RefuseUnknown(MapNode map, KeyGroup group)
    {
        foreach (var entry in map.Entries.Where(entry => !group.Keys.Contains(entry.Key)))
        {
            options.Errors.Add(ErrorCode.UnknownKey, PathOf(entry), entry.Location, "unknown key", source.IsSection ? AboutSection : group.FixFor(entry.Key));
        }

        foreach (var twice in map.Entries.GroupBy(entry => entry.Key).Where(entries => group.Keys.Contains(entries.Key)).SelectMany(entries => entries.Skip(1)))
        {
            options.Errors.Add(ErrorCode.DuplicateKey, PathOf(twice), twice.Location, "is set twice, with and without underscores", "Keep one spelling");
        }
    }

    private static string PathOf(MapEntry entry) => entry.Value.WrittenAt ?? Snippet.Truncate(entry.Key);

    private void AddRealms(ListNode realms) => new RealmReader(options.Errors, source).AddTo(options.Realms, realms);
}
