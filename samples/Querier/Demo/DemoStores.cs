using System.Collections.Concurrent;
using System.Text.Json;

namespace Querier.Demo;

/// <summary>Three clusters: one inside, in plaintext, and two remote ones that share no certificate authority. A fourth store, inside too, is found through a file.</summary>
internal sealed class DemoStores : IAsyncDisposable
{
    public const string TargetsFile = "in-cluster.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly ConcurrentBag<DemoStore> _stores = [];

    public IEnumerable<DemoStore> All => _stores.OrderBy(store => store.Realm.Name, StringComparer.Ordinal).ThenBy(store => store.IsFound);

    public IEnumerable<DemoRealm> Realms => Listed.Select(store => store.Realm);

    private IEnumerable<DemoStore> Listed => All.Where(store => !store.IsFound);

    public DemoStore this[string cluster] => All.Single(store => store.Cluster == cluster);

    /// <param name="folder">Where the certificates go.</param>
    /// <param name="period">How often they are to be issued again; null for never.</param>
    /// <param name="cancellation">Ends the start.</param>
    public async Task StartAsync(DemoFolder folder, TimeSpan? period, CancellationToken cancellation)
    {
        var time = TimeProvider.System;
        // On Windows, links are not for everybody.
        ClientFiles america = period is null || OperatingSystem.IsWindows() ? new RenamedFiles(folder, "us") : new KubernetesVolume(folder, "us");
        var inside = new DemoRealm("in-cluster", "local", TargetsFile: TargetsFile);
        DemoRealm[] realms =
        [
            inside,
            new("remote-eu", "eu", new DemoTls(folder, "eu", new RenamedFiles(folder, "eu"), DemoStage.RootRollover("Demo EU Root", time), period)),
            new("remote-us", "us", new DemoTls(folder, "us", america, DemoStage.NewIntermediates("Demo US", time), period), IsStrict: true),
        ];
        (DemoRealm Realm, string Cluster)[] stores = [.. realms.Select(realm => (realm, realm.Cluster)), (inside, "edge")];
        await Task.WhenAll(stores.Select(async store => _stores.Add(await DemoStore.StartAsync(store.Realm, store.Cluster, cancellation))));
    }

    public string ToYaml() => string.Concat(Listed.Select(store => store.Realm.ToYaml(store.Address)));

    /// <summary>The file through which the fourth store is found, in the format of Prometheus' file_sd.</summary>
    public string ToTargets() => JsonSerializer.Serialize(
        All.Where(store => store.IsFound).Select(store => new { targets = new[] { store.Address }, labels = new { zone = "edge-1" } }), Indented) + "\n";

    public async ValueTask DisposeAsync() => await Task.WhenAll(_stores.Select(store => store.DisposeAsync().AsTask()));
}
