using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Discovery;
using EndpointMtls.Realms;

namespace EndpointMtls.Endpoints;

/// <summary>Watches the files and names by which realms discover endpoints. Not thread-safe.</summary>
internal sealed class EndpointDiscovery(LookupContext context, Action onChanged) : IDisposable
{
    private readonly WatchedSources<TargetFiles> _files = new();
    private readonly WatchedSources<NameLookup> _names = new();

    /// <summary>Returns what the realms list and discover now. Watches their files and names until the next call.</summary>
    public DiscoveryResult Discover(RealmTable table)
    {
        var endpoints = new List<DiscoveredEndpoint>();
        var sources = new List<DiscoverySource>();
        foreach (var realm in table.Realms)
        {
            foreach (var target in realm.Definition.Listed)
            {
                Add(realm, target, ConfigKeys.Endpoints, ImmutableDictionary<string, string>.Empty);
            }

            foreach (var file in realm.Definition.SdFiles.SelectMany(files => Watch(realm, files).Current).DistinctBy(file => file.Path))
            {
                sources.Add(new DiscoverySource
                {
                    Name = file.Path,
                    Realm = realm.Name,
                    Count = file.TargetCount,
                    LastSuccess = file.LoadedAt,
                    LastError = file.Error,
                });
                foreach (var group in file.Groups)
                {
                    foreach (var target in group.Targets)
                    {
                        Add(realm, target, file.Path, group.Labels);
                    }
                }
            }
        }

        var isComplete = _names.Used.All(name => name.Result.HasCompleted);
        _files.DisposeUnused();
        _names.DisposeUnused();
        return new DiscoveryResult(endpoints, [.. sources.DistinctBy(source => (source.Realm, source.Name))], isComplete);

        void Add(Realm realm, EndpointTarget target, string source, IReadOnlyDictionary<string, string> labels)
        {
            if (target is not DiscoveryTarget name || realm.Definition.Group)
            {
                endpoints.Add(new DiscoveredEndpoint(realm, target, Resolved: null, source, labels));
                return;
            }

            var result = Watch(realm, name).Result;
            sources.Add(new DiscoverySource
            {
                Name = name.Text,
                Realm = realm.Name,
                Count = result.Addresses.Length,
                LastSuccess = result.LastSuccess,
                LastError = result.Error,
            });
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
        () => new TargetFiles(realm.Definition, definition, context.TimeProvider, context.Logger, context.Meter, onChanged));

    private NameLookup Watch(Realm realm, DiscoveryTarget target) => _names.GetOrAdd(
        $"{realm.Name}\n{target.Normal}\n{target.LookupName}",
        () => new NameLookup(target, realm.Name, context, onChanged).Start());
}

/// <summary>The result of a search.</summary>
/// <param name="Endpoints">The endpoints by realm, the listed ones first. An address may occur more than once.</param>
/// <param name="Sources">The files and names, each with its state.</param>
/// <param name="IsComplete">Whether every name has been looked up at least once.</param>
internal sealed record DiscoveryResult(
    IReadOnlyList<DiscoveredEndpoint> Endpoints, IReadOnlyList<DiscoverySource> Sources, bool IsComplete);
