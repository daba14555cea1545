using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Realms;

/// <summary>Two TLS realms and a plaintext realm from a source that tests change, with a fake clock.</summary>
public abstract class RegistryFixture
{
    private protected TestCa Root { get; } = TestCa.CreateRoot("root");

    private protected LiveOptions Source { get; } = new();

    private protected TestTimeProvider Time { get; } = new(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));

    private protected TempFolder Folder { get; private set; } = null!;

    private protected TestServices Services { get; private set; } = null!;

    [SetUp]
    public void Start()
    {
        Folder = new TempFolder();
        Source.Set(Realm("eu"), Realm("us"), Plain("plain", "c:1"));
        Services = new TestServices(services =>
        {
            services.AddSingleton<TimeProvider>(Time);
            Source.AddTo(services);
        });
        _ = Services.Factory;
    }

    [TearDown]
    public async Task StopAsync()
    {
        await Services.DisposeAsync();
        Folder.Dispose();
    }

    private protected string Logged(int eventId) => Services.Logs.Entries.Last(entry => entry.EventId == eventId).Message;

    private protected RotatingCertificateProvider Provider(string name) => Services.Get<RotatingCertificateProvider>(name);

    private protected RealmOptions Realm(string name, Action<RealmOptions>? change = null)
    {
        var realm = new RealmOptions
        {
            Name = name,
            Endpoints = { $"{name}:1" },
            TlsConfig = !File.Exists(Folder[$"{name}/ca.crt"])
                ? Folder.WriteRealm(name, Root, Root.IssueClient(name))
                : new TlsOptions { CaFile = { Folder[$"{name}/ca.crt"] }, CertFile = Folder[$"{name}/tls.crt"], KeyFile = Folder[$"{name}/tls.key"] },
        };
        change?.Invoke(realm);
        return realm;
    }

    private protected static RealmOptions Plain(string name, string address) => new() { Name = name, Endpoints = { address } };
}
