using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Support;

/// <summary>A container with one realm, by default 'eu', whose files and whose clock a test changes.</summary>
internal sealed class TimedRealm : IAsyncDisposable
{
    /// <summary>Ahead of the clock of servers, which take a certificate that expires here for a valid one.</summary>
    public static readonly DateTimeOffset Ahead = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Behind the clock of servers, which take a certificate that becomes valid here for a valid one.</summary>
    public static readonly DateTimeOffset Behind = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    public TimedRealm(TestCa authority, TestCertificate? client, Action<RealmOptions>? configure = null, DateTimeOffset? start = null)
    {
        Time = new TestTimeProvider(start ?? Ahead);
        Trust(authority);
        var tls = new TlsOptions { CaFile = { Link("ca.crt") }, RotationJitter = TimeSpan.Zero };
        if (client is not null)
        {
            Present(client);
            (tls.CertFile, tls.KeyFile) = (Link("tls.crt"), Link("tls.key"));
        }

        var realm = new RealmOptions { Name = "eu", TlsConfig = tls, Match = { "*" } };
        configure?.Invoke(realm);
        Services = new TestServices(services => services.AddSingleton<TimeProvider>(Time).AddEndpointMtls(options => options.Realms.Add(realm)));
        Provider = Services.Get<RotatingCertificateProvider>(realm.Name!);
    }

    public TestTimeProvider Time { get; }

    public TestServices Services { get; }

    public RotatingCertificateProvider Provider { get; }

    public string CertFile => _folder["realm/tls.crt"];

    public int Generation => Provider.Describe().Generation;

    public string? Subject => Provider.Describe().ClientCertificate?.Subject;

    public IEnumerable<LogEntry> Logged(int eventId) => Services.Logs.Entries.Where(entry => entry.EventId == eventId);

    public void Present(TestCertificate client)
    {
        _folder.Write("target/tls.crt", client.ChainPem);
        _folder.Write("target/tls.key", client.KeyPem);
    }

    public void Trust(params TestCa[] authorities) => Write("ca.crt", string.Join('\n', authorities.Select(authority => authority.Pem)));

    public void Write(string name, string content) => _folder.Write($"target/{name}", content);

    public void Delete(string name) => File.Delete(_folder[$"target/{name}"]);

    /// <summary>Renews the client certificate and has that noticed.</summary>
    public Task<LoadedCertificates> RotateAsync(TestCertificate client)
    {
        Present(client);
        return Provider.ReloadAsync().WithTimeout();
    }

    /// <summary>Replaces the authorities and has that noticed.</summary>
    public Task<LoadedCertificates> RotateAsync(params TestCa[] authorities)
    {
        Trust(authorities);
        return Provider.ReloadAsync().WithTimeout();
    }

    public async ValueTask DisposeAsync()
    {
        await Services.DisposeAsync();
        _folder.Dispose();
    }

    // Behind links no watch sees a change, and when it is noticed is a matter of this clock alone.
    private string Link(string name)
    {
        Directory.CreateDirectory(_folder["realm"]);
        File.CreateSymbolicLink(_folder[$"realm/{name}"], Path.Combine("..", "target", name));
        return _folder[$"realm/{name}"];
    }
}
