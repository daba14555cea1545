using System.Collections.Concurrent;

namespace Querier.Demo;

/// <summary>Three clusters: one inside, in plaintext, and two remote ones that share no certificate authority.</summary>
internal sealed class DemoStores : IAsyncDisposable
{
    private readonly ConcurrentBag<DemoStore> _stores = [];

    public IEnumerable<DemoStore> All => _stores.OrderBy(store => store.Realm.Name, StringComparer.Ordinal);

    public DemoStore this[string realm] => All.Single(store => store.Realm.Name == realm);

    public async Task StartAsync(DemoFolder folder, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        var europe = DemoAuthority.CreateRoot("Demo EU Root", now);
        var america = DemoAuthority.CreateRoot("Demo US Root", now);
        DemoRealm[] realms =
        [
            DemoRealm.Plaintext("in-cluster", "local"),
            DemoRealm.Secured("remote-eu", "eu", europe, issuer: europe, folder, isStrict: false),
            DemoRealm.Secured("remote-us", "us", america, america.CreateIntermediate("Demo US Intermediate"), folder, isStrict: true),
        ];
        await Task.WhenAll(realms.Select(async realm => _stores.Add(await DemoStore.StartAsync(realm, cancellation))));
    }

    public string ToYaml() => string.Concat(All.Select(store => store.Realm.ToYaml(store.Address)));

    public async ValueTask DisposeAsync() => await Task.WhenAll(_stores.Select(store => store.DisposeAsync().AsTask()));
}
