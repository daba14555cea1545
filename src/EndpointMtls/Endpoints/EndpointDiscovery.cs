using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Discovery;
using EndpointMtls.Realms;

namespace EndpointMtls.Endpoints;

/// <summary>Follows the files and names that realms discover endpoints by. Not thread-safe.</summary>
internal sealed class EndpointDiscovery(LookupContext context, Action onChanged) : IDisposable
{
    private readonly WatchedSources<TargetFiles> _files = new();
    private readonly WatchedSources<NameLookup> _names = new();

    /// <summary>Finds what there is now, and follows from then on what the realms of a table name.</summary>
    public DiscoveryResult Find(RealmTable table)
    {
        var found = new List<DiscoveredEndpoint>();
        var sources = new List<DiscoverySource>();
        foreach (var realm in table.Realms)
        {
            foreach (var target in realm.Definition.Listed)
            {
                Find(realm, target, ConfigKeys.Endpoints, ImmutableDictionary<string, string>.Empty);
            }

            foreach (var file in realm.Definition.SdFiles.SelectMany(definition => Follow(realm, definition).Current).DistinctBy(file => file.Path))
            {
                sources.Add(new DiscoverySource { Name = file.Path, Realm = realm.Name, Count = file.Groups.Sum(group => group.Targets.Length), LastSuccess = file.LoadedAt, LastError = file.Error });
                foreach (var group in file.Groups)
                {
                    foreach (var target in group.Targets)
                    {
                        Find(realm, target, file.Path, group.Labels);
                    }
                }
            }
        }

        var isComplete = _names.Used.All(name => name.State.HasLooked);
        _files.DisposeUnused();
        _names.DisposeUnused();
        return new DiscoveryResult(found, [.. sources.DistinctBy(source => (source.Realm, source.Name))], isComplete);

        void Find(Realm realm, EndpointTarget target, string source, IReadOnlyDictionary<string, string> labels)
        {
            if (target is not DiscoveryTarget name || realm.Definition.Group)
            {
                found.Add(new DiscoveredEndpoint(realm, target, Found: null, source, labels));
                return;
            }

            var state = Follow(realm, name).State;
            sources.Add(new DiscoverySource { Name = name.Text, Realm = realm.Name, Count = state.Addresses.Length, LastSuccess = state.LastSuccess, LastError = state.Error });
            found.AddRange(state.Addresses.Select(address => new DiscoveredEndpoint(realm, target, address, name.Text, labels)));
        }
    }

    public void Dispose()
    {
        _files.Dispose();
        _names.Dispose();
    }

    // What a file may say of TLS depends on the realm.
    private TargetFiles Follow(Realm realm, FileSdDefinition definition) => _files.GetOrAdd(
        $"{realm.Name}\n{realm.IsPlaintext}\n{definition.RefreshInterval}\n{string.Join('\n', definition.Files)}",
        () => new TargetFiles(realm.Definition, definition, context.TimeProvider, context.Logger, context.Meter, onChanged));

    private NameLookup Follow(Realm realm, DiscoveryTarget target) => _names.GetOrAdd(
        $"{realm.Name}\n{target.Normal}\n{target.LookupName}",
        () => new NameLookup(target, realm.Name, context, onChanged).Start());
}

/// <summary>What was found.</summary>
/// <param name="Endpoints">Realm by realm, what is listed first; an address may be there more than once.</param>
/// <param name="Sources">The files and names, each with what became of it.</param>
/// <param name="IsComplete">Whether every name has been looked up once.</param>
internal sealed record DiscoveryResult(IReadOnlyList<DiscoveredEndpoint> Endpoints, IReadOnlyList<DiscoverySource> Sources, bool IsComplete);
