using EndpointMtls.Serving;
using EndpointMtls.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointMtls.Tests.Serving;

/// <summary>A configuration with a server, which tests change, and a fake clock.</summary>
public abstract class ServerFixture
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
        Services = new TestServices(services =>
        {
            services.AddSingleton<TimeProvider>(Time);
            Source.AddTo(services);
            services.AddHealthChecks().AddEndpointMtls();
        });
    }

    [TearDown]
    public async Task StopAsync()
    {
        await Services.DisposeAsync();
        Folder.Dispose();
    }

    /// <summary>A realm with a server certificate. Its name is part of the subject.</summary>
    private protected RealmOptions Realm(string name, Action<TlsOptions>? change = null)
    {
        var tls = FilesOf(name);
        change?.Invoke(tls);
        return new RealmOptions { Name = name, TlsConfig = tls };
    }

    /// <summary>A server with its own files, which requires and verifies client certificates.</summary>
    private protected ServerTlsOptions OwnFiles(string folder, Action<ServerTlsOptions>? change = null)
    {
        var tls = FilesOf(folder);
        var server = new ServerTlsOptions
        {
            CertFile = tls.CertFile,
            KeyFile = tls.KeyFile,
            ClientCaFile = { tls.CaFile[0] },
            ClientAuthType = ClientAuthType.RequireAndVerifyClientCert,
        };
        change?.Invoke(server);
        return server;
    }

    /// <summary>A server that uses the certificates of a realm.</summary>
    private protected static ServerTlsOptions Bound(string realm, Action<ServerTlsOptions>? change = null)
    {
        var server = new ServerTlsOptions { Realm = realm };
        change?.Invoke(server);
        return server;
    }

    /// <summary>Replaces the configuration.</summary>
    private protected void Set(ServerTlsOptions? server, params RealmOptions[] realms) => Source.Set(options =>
    {
        Array.ForEach(realms, options.Realms.Add);
        options.Server = server;
        options.NeedsNoRealms = true;
    });

    /// <summary>The subject of the certificate that a new connection would get.</summary>
    private protected static async Task<string> PresentedAsync(ServerTls server) =>
        (await server.PrepareHandshakeAsync().AsTask().WithTimeout()).Options.ServerCertificateContext!.TargetCertificate.Subject;

    private protected string? Logged(int eventId) => Services.Logs.Entries.LastOrDefault(entry => entry.EventId == eventId)?.Message;

    private protected async Task<HealthReportEntry> CheckHealthAsync() =>
        (await Services.Get<HealthCheckService>().CheckHealthAsync().WithTimeout()).Entries.Single().Value;

    private TlsOptions FilesOf(string folder) => !File.Exists(Folder[$"{folder}/ca.crt"])
        ? Folder.WriteRealm(folder, Root, Root.IssueServer(folder))
        : new TlsOptions { CaFile = { Folder[$"{folder}/ca.crt"] }, CertFile = Folder[$"{folder}/tls.crt"], KeyFile = Folder[$"{folder}/tls.key"] };
}
