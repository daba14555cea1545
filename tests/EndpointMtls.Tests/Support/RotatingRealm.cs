using EndpointMtls.Files;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Support;

/// <summary>A realm 'eu' with its files, on a clock that a test moves by hand.</summary>
/// <remarks>
/// The file watch stays with the folder it was set on, and the files move out of there: what a test finds, a look has
/// found, and not a hint from another thread.
/// </remarks>
internal sealed class RotatingRealm : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private TestServices? _services;
    private RotatingCertificateProvider? _provider;
    private int _writes;

    /// <param name="authority">Whom the realm trusts.</param>
    /// <param name="client">What the realm presents; <see langword="null"/> for nothing.</param>
    public RotatingRealm(TestCa authority, TestCertificate? client)
    {
        Directory.CreateDirectory(_folder["watched"]);
        Directory.CreateSymbolicLink(_folder["files"], "watched");
        Tls = new TlsOptions
        {
            CaFile = { Write("ca.crt", authority.Pem) },
            CertFile = client is null ? null : this["tls.crt"],
            KeyFile = client is null ? null : this["tls.key"],
            CheckInterval = TimeSpan.FromHours(1),
        };
        if (client is not null)
        {
            WriteIdentity(client);
        }
    }

    public TestTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public TlsOptions Tls { get; }

    /// <summary>The provider. The first to ask loads the files.</summary>
    public RotatingCertificateProvider Provider => _provider ?? Load();

    public LoadedCertificates InUse => Provider.Describe();

    public string this[string name] => Path.Combine(_folder["files"], name);

    public IReadOnlyCollection<LogEntry> Logs => _services!.Logs.Entries;

    /// <summary>How often a log message was written.</summary>
    public int CountLogs(int eventId) => Logs.Count(entry => entry.EventId == eventId);

    public string LastLog(int eventId) => Logs.Last(entry => entry.EventId == eventId).Message;

    /// <summary>Writes a file that by its time has stood for a while, and differs in it from all before; or one of a given age.</summary>
    public string Write(string name, string content, TimeSpan? age = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], content);
        SetAge(name, age ?? TimeSpan.FromMinutes(1) - TimeSpan.FromMilliseconds(++_writes));
        return this[name];
    }

    public void SetAge(string name, TimeSpan age) => File.SetLastWriteTimeUtc(this[name], (Time.GetUtcNow() - age).UtcDateTime);

    public void WriteIdentity(TestCertificate client)
    {
        Write("tls.crt", client.ChainPem);
        Write("tls.key", client.KeyPem);
    }

    /// <summary>What is in use after a handshake that comes a second later.</summary>
    public LoadedCertificates LookAtHandshake()
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        _ = Provider.CreateClientOptions("store-1");
        return InUse;
    }

    /// <summary>Reloads; if the files look as if they were being written, lets the settling time pass.</summary>
    public Task<LoadedCertificates> ReloadAsync()
    {
        var reload = Provider.ReloadAsync();
        if (!reload.IsCompleted)
        {
            Time.Advance(FileMonitor.QuietPeriod);
        }

        return reload.WithTimeout();
    }

    public async ValueTask DisposeAsync()
    {
        await (_services?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    private RotatingCertificateProvider Load()
    {
        _services = new TestServices(services =>
        {
            services.AddSingleton<TimeProvider>(Time);
            services.AddEndpointMtls(options => options.Realms.Add(new RealmOptions { Name = "eu", Endpoints = { "store-1:1" }, TlsConfig = Tls }));
        });
        _provider = _services.Get<RotatingCertificateProvider>("eu");
        Copy(new DirectoryInfo(_folder["watched"]), _folder["unwatched"]);
        Unix.Link(_folder["files"], "unwatched");
        return _provider;
    }

    private static void Copy(DirectoryInfo folder, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            var copy = Path.Combine(to, entry.Name);
            if (entry.LinkTarget is { } target)
            {
                File.CreateSymbolicLink(copy, target);
            }
            else if (entry is DirectoryInfo inner)
            {
                Copy(inner, copy);
            }
            else
            {
                File.Copy(entry.FullName, copy);
                File.SetLastWriteTimeUtc(copy, entry.LastWriteTimeUtc);
            }
        }
    }
}
