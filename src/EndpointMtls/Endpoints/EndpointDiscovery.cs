using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Discovery;
using EndpointMtls.Realms;

namespace EndpointMtls.Endpoints;

/// <summary>Watches the files and names by which realms discover endpoints. Not thread-safe.</summary>
/// <param name="context">What all lookups share.</param>
/// <param name="onRefreshed">
/// Called after each check of files and each lookup, on any thread. The argument tells whether another search is needed.
/// </param>
internal sealed class EndpointDiscovery(LookupContext context, Action<bool> onRefreshed) : IDisposable
{
    private readonly WatchedSources<TargetFiles> _files = new();
    private readonly WatchedSources<NameLookup> _names = new();

    /// <summary>Returns what the realms list and discover now. Watches their files and names until the next call.</summary>
    public DiscoveryResult Discover(RealmTable table)
    {
        var endpoints = new List<DiscoveredEndpoint>();
        var sources = new List<TrackedSource>();
        foreach (var realm in table.Realms)
        {
            foreach (var target in realm.Definition.Listed)
            {
                Add(realm, target, ConfigKeys.Endpoints, ImmutableDictionary<string, string>.Empty);
            }

            foreach (var file in realm.Definition.SdFiles.SelectMany(files => Watch(realm, files).Current).DistinctBy(file => file.Path))
            {
                sources.Add(TrackedSource.Of(file, realm.Name));
                foreach (var group in file.Groups)
                {
                    foreach (var target in group.Targets)
                    {
                        Add(realm, target, file.Path, group.Labels);
                    }
                }
            }
        }

        _files.DisposeUnused();
        _names.DisposeUnused();
        return new DiscoveryResult(endpoints, [.. sources.DistinctBy(source => (source.Found.Realm, source.Found.Name))]);

        void Add(Realm realm, EndpointTarget target, string source, IReadOnlyDictionary<string, string> labels)
        {
            if (target is not DiscoveryTarget name || realm.Definition.Group)
            {
                endpoints.Add(new DiscoveredEndpoint(realm, target, Resolved: null, source, labels));
                return;
            }

            var lookup = Watch(realm, name);
            var result = lookup.Result;
            sources.Add(TrackedSource.Of(name.Text, realm.Name, result, lookup.LastSuccess));
            endpoints.AddRange(result.Addresses.Select(address => new DiscoveredEndpoint(realm, target, address, name.Text, labels)));
        }
    }

    public void Dispose()
    {
        _files.Dispose();
        _names.Dispose();
    }

    // Whether the realm is plaintext is part of the key, because the schemes that a file may use depend on it.
    private TargetFiles Watch(Realm realm, FileSdDefinition definition) => _files.GetOrAdd(
        $"{realm.Name}\n{realm.IsPlaintext}\n{definition.RefreshInterval}\n{string.Join('\n', definition.Files)}",
        () => new TargetFiles(realm.Definition, definition, context.TimeProvider, context.Logger, context.Meter, onRefreshed));

    private NameLookup Watch(Realm realm, DiscoveryTarget target) => _names.GetOrAdd(
        $"{realm.Name}\n{target.Normal}\n{target.LookupName}",
        () => new NameLookup(target, realm.Name, context, onRefreshed).Start());
}

/// <summary>The result of a search.</summary>
/// <param name="Endpoints">The endpoints by realm, the listed ones first. An address may occur more than once.</param>
/// <param name="Sources">The files and names, each with its state.</param>
internal sealed record DiscoveryResult(IReadOnlyList<DiscoveredEndpoint> Endpoints, IReadOnlyList<TrackedSource> Sources);
