using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Tests.Endpoints;

/// <summary>Base of tests with a set of endpoints. A test can change its configuration and its names.</summary>
public abstract class EndpointSetFixture
{
    private protected TempFolder Folder { get; private set; } = null!;

    private protected LiveOptions Source { get; private set; } = null!;

    private protected ScriptedResolver Dns { get; private set; } = null!;

    private protected TestServices Services { get; private set; } = null!;

    private protected IEndpointSet Set => Services.Get<IEndpointSet>();

    private protected EndpointSetOptions Options { get; private set; } = null!;

    [SetUp]
    public void Prepare()
    {
        (Folder, Source, Dns) = (new TempFolder(), new LiveOptions(), new ScriptedResolver());
        Options = new EndpointSetOptions { ProbeInterval = TimeSpan.FromMilliseconds(100), DnsInterval = TimeSpan.FromSeconds(1) };
    }

    [TearDown]
    public async Task StopAsync()
    {
        await Services.DisposeAsync();
        Folder.Dispose();
    }

    private protected void Start(params RealmOptions[] realms) => Start(_ => { }, realms);

    private protected void Start(Action<IServiceCollection> add, params RealmOptions[] realms)
    {
        Source.Set(realms);
        Services = new TestServices(services =>
        {
            services.AddSingleton<IDnsResolver>(Dns);
            add(services);
            Source.AddTo(services);
            services.AddEndpointSet(options =>
            {
                (options.ProbeInterval, options.ProbeTimeout, options.UnhealthyTimeout) = (Options.ProbeInterval, Options.ProbeTimeout, Options.UnhealthyTimeout);
                (options.DnsInterval, options.DnsTimeout, options.Readiness, options.MaxParallelProbes) = (Options.DnsInterval, Options.DnsTimeout, Options.Readiness, Options.MaxParallelProbes);
            });
        });
        _ = Set;
    }

    private protected static RealmOptions Realm(string name, params string[] endpoints)
    {
        var realm = new RealmOptions { Name = name };
        Array.ForEach(endpoints, realm.Endpoints.Add);
        return realm;
    }

    /// <summary>Waits until the set matches, and returns it.</summary>
    private protected async Task<EndpointSetSnapshot> Until(Func<EndpointSetSnapshot, bool> isAsExpected)
    {
        while (true)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var subscription = ChangeToken.OnChange(Set.GetChangeToken, () => changed.TrySetResult());
            if (Set.Current is var now && isAsExpected(now))
            {
                return now;
            }

            try
            {
                await changed.Task.WithTimeout();
            }
            catch (TimeoutException)
            {
                Assert.Fail($"The set no longer changes. It is: {Describe(Set.Current)}");
            }
        }
    }

    private protected Task<EndpointSetSnapshot> UntilAll(EndpointHealth health) =>
        Until(set => set.Endpoints.Count > 0 && set.Endpoints.All(endpoint => endpoint.Health == health));

    private static string Describe(EndpointSetSnapshot set) =>
        string.Join('\n', set.Endpoints.Select(endpoint => $"{endpoint.Realm} {endpoint.Address} {endpoint.Health} {endpoint.LastError}").Concat(set.Sources.Select(source => $"{source.Name} {source.Count} {source.LastError}")));
}
