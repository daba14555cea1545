using EndpointMtls.Realms;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Tests.EndToEnd;

/// <summary>A host whose files are written after its start.</summary>
public abstract class StartupTimeoutFixture
{
    private protected const int WaitStarted = 104;
    private protected const int WaitEnded = 105;

    private protected static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private protected TestCa Root { get; } = TestCa.CreateRoot("root");
    private protected LogRecorder Logs { get; private set; } = null!;

    private protected TestTimeProvider Time { get; private set; } = null!;

    private protected TempFolder Folder { get; private set; } = null!;

    private protected TestCertificate Client { get; private set; } = null!;

    private protected TlsOptions Tls { get; private set; } = null!;

    [SetUp]
    public void WriteFiles()
    {
        // The time is later than those of all files, so that no file counts as still changing.
        (Logs, Time, Folder) = (new LogRecorder(), new TestTimeProvider(TestRealm.Ahead), new TempFolder());
        Client = Root.IssueClient("client");
        Tls = Folder.WriteRealm("eu", Root, Client);
    }

    [TearDown]
    public void RemoveFiles() => Folder.Dispose();

    private protected IEnumerable<string> Logged(int eventId) => Logs.Entries.Where(entry => entry.EventId == eventId).Select(entry => entry.Message);

    private protected void Delete(params string[] paths) => Array.ForEach(paths, path => File.Delete(Folder[path]));

    private protected ServerTlsOptions Server(string name) => new()
    {
        Name = name,
        CertFile = Folder[$"{name}/tls.crt"],
        KeyFile = Folder[$"{name}/tls.key"],
        ClientCaFile = { Folder["eu/ca.crt"] },
        ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
    };

    private protected void WriteServer(string name) => Folder.WriteRealm(name, Root, Root.Issue(name, ["127.0.0.1"], TestCa.ServerAuthentication));

    private protected IServiceCollection AddTo(IServiceCollection services) => services
        .AddSingleton<TimeProvider>(Time)
        .AddLogging(logging => logging.AddProvider(Logs))
        .AddEndpointMtls(options =>
        {
            options.StartupTimeout = Timeout;
            options.Realms.Add(new RealmOptions { Name = "eu", Endpoints = { "a:1" }, TlsConfig = Tls });
        });

    private protected IHost CreateHost(Action<IServiceCollection>? add = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        AddTo(builder.Services);
        add?.Invoke(builder.Services);
        return builder.Build();
    }

    private protected RotatingCertificateProvider Load() => new TestServices(services => AddTo(services)).Get<RotatingCertificateProvider>("eu");

    /// <summary>Returns when a load has failed, and waits to be repeated.</summary>
    private protected Task IsWaitingAsync() => Task.WhenAll(Logs.Wait(WaitStarted), Time.WaitForTimerAsync(StartupWait.RetryInterval)).WithTimeout();

    /// <summary>Lets the time pass until a waiting load is repeated.</summary>
    private protected async Task RetryAsync()
    {
        await IsWaitingAsync();
        Time.Advance(StartupWait.RetryInterval);
    }
}
