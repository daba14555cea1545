using System.Collections.Concurrent;
using System.Text.Json;

namespace Querier.Demo;

/// <summary>The stores of three clusters: one local, in plaintext, and two remote ones with different CAs. A fourth store, also local, is discovered from a file.</summary>
internal sealed class DemoStores : IAsyncDisposable
{
    public const string TargetsFile = "in-cluster.json";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly ConcurrentBag<DemoStore> _stores = [];

    public IEnumerable<DemoStore> All => _stores.OrderBy(store => store.Realm.Name, StringComparer.Ordinal).ThenBy(store => store.IsDiscovered);

    public IEnumerable<DemoRealm> Realms => Listed.Select(store => store.Realm);

    private IEnumerable<DemoStore> Listed => All.Where(store => !store.IsDiscovered);

    public DemoStore this[string cluster] => All.Single(store => store.Cluster == cluster);

    /// <param name="folder">The folder of the certificates.</param>
    /// <param name="period">How often new certificates are issued; null for never.</param>
    /// <param name="cancellation">Cancels the start.</param>
    public async Task StartAsync(DemoFolder folder, TimeSpan? period, CancellationToken cancellation)
    {
        var time = TimeProvider.System;
        // On Windows, creating symbolic links requires a privilege.
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

    /// <summary>The discovery file of the fourth store, in the format of Prometheus file_sd_config.</summary>
    public string ToTargets() => JsonSerializer.Serialize(
        All.Where(store => store.IsDiscovered).Select(store => new { targets = new[] { store.Address }, labels = new { zone = "edge-1" } }), Indented) + "\n";

    public async ValueTask DisposeAsync() => await Task.WhenAll(_stores.Select(store => store.DisposeAsync().AsTask()));
}
