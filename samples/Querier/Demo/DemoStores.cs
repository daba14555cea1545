using System.Collections.Concurrent;

namespace Querier.Demo;

/// <summary>Three clusters: one inside, in plaintext, and two remote ones that share no certificate authority.</summary>
internal sealed class DemoStores : IAsyncDisposable
{
    private readonly ConcurrentBag<DemoStore> _stores = [];

    public IEnumerable<DemoStore> All => _stores.OrderBy(store => store.Realm.Name, StringComparer.Ordinal);

    public IEnumerable<DemoRealm> Realms => All.Select(store => store.Realm);

    public DemoStore this[string realm] => All.Single(store => store.Realm.Name == realm);

    /// <param name="folder">Where the certificates go.</param>
    /// <param name="period">How often they are to be issued again; null for never.</param>
    /// <param name="cancellation">Ends the start.</param>
    public async Task StartAsync(DemoFolder folder, TimeSpan? period, CancellationToken cancellation)
    {
        var time = TimeProvider.System;
        // On Windows, links are not for everybody.
        ClientFiles america = period is null || OperatingSystem.IsWindows() ? new RenamedFiles(folder, "us") : new KubernetesVolume(folder, "us");
        DemoRealm[] realms =
        [
            new("in-cluster", "local"),
            new("remote-eu", "eu", new DemoTls(folder, "eu", new RenamedFiles(folder, "eu"), DemoStage.RootRollover("Demo EU Root", time), period)),
            new("remote-us", "us", new DemoTls(folder, "us", america, DemoStage.NewIntermediates("Demo US", time), period), IsStrict: true),
        ];
        await Task.WhenAll(realms.Select(async realm => _stores.Add(await DemoStore.StartAsync(realm, cancellation))));
    }

    public string ToYaml() => string.Concat(All.Select(store => store.Realm.ToYaml(store.Address)));

    public async ValueTask DisposeAsync() => await Task.WhenAll(_stores.Select(store => store.DisposeAsync().AsTask()));
}
