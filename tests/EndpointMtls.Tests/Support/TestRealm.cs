using EndpointMtls.Files;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointMtls.Tests.Support;

/// <summary>A container with one realm, by default 'eu'. A test changes its files, its options and its clock.</summary>
/// <remarks>
/// After the first load, the files are in another folder than the one being watched. So the library notices a change only at
/// a handshake, on request or by its timer, which uses the clock of the test.
/// </remarks>
internal sealed class TestRealm : IAsyncDisposable
{
    /// <summary>A start in the future of servers, which use the system clock: a certificate that expires then is valid for them.</summary>
    public static readonly DateTimeOffset Ahead = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A start in the past of servers, which use the system clock: a certificate that becomes valid then is valid for them.</summary>
    public static readonly DateTimeOffset Behind = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How long files must be unchanged before they are used.</summary>
    public static readonly TimeSpan QuietPeriod = FileMonitor.QuietPeriod;

    private static readonly DateTime LongAgo = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly TempFolder _folder = new();
    private readonly LiveOptions _options = new();
    private readonly RealmOptions _realm;
    private TestServices? _services;
    private RotatingCertificateProvider? _provider;
    private int _writes;

    /// <summary>Creates the realm and loads its files.</summary>
    /// <param name="ca">The CA that the realm trusts.</param>
    /// <param name="client">The certificate that the realm presents; <see langword="null"/> for none.</param>
    /// <param name="configure">Changes the options.</param>
    /// <param name="start">The time of the clock. Defaults to <see cref="Ahead"/>.</param>
    public TestRealm(TestCa ca, TestCertificate? client, Action<RealmOptions>? configure = null, DateTimeOffset? start = null)
        : this(ca, client, start ?? Ahead)
    {
        configure?.Invoke(_realm);
        _ = Provider;
    }

    private TestRealm(TestCa ca, TestCertificate? client, DateTimeOffset start)
    {
        Time = new TestTimeProvider(start);
        Directory.CreateDirectory(_folder["watched"]);
        Directory.CreateSymbolicLink(_folder["files"], "watched");
        Trust(ca);
        var tls = new TlsOptions { CaFile = { this["ca.crt"] }, RotationJitter = TimeSpan.Zero };
        if (client is not null)
        {
            Present(client);
            (tls.CertFile, tls.KeyFile) = (this["tls.crt"], this["tls.key"]);
        }

        _realm = new RealmOptions { Name = "eu", TlsConfig = tls, Match = { "*" } };
    }

    /// <summary>Creates a realm whose files and options a test still completes. The first use of <see cref="Provider"/> loads them.</summary>
    /// <remarks>Its timer checks the files every hour: an earlier change is noticed by a handshake or a reload.</remarks>
    public static TestRealm NotLoaded(TestCa ca, TestCertificate? client)
    {
        var realm = new TestRealm(ca, client, Ahead);
        realm.Tls.CheckInterval = TimeSpan.FromHours(1);
        return realm;
    }

    public TestTimeProvider Time { get; }

    public TlsOptions Tls => _realm.TlsConfig!;

    public TestServices Services => _services ?? CreateServices();

    public RotatingCertificateProvider Provider => _provider ?? Load();

    public LoadedCertificates InUse => Provider.Describe();

    public int Generation => InUse.Generation;

    public string? Subject => InUse.ClientCertificate?.Subject;

    public string CertFile => this["tls.crt"];

    /// <summary>The path of a file.</summary>
    public string this[string name] => Path.Combine(_folder["files"], name);

    public IReadOnlyCollection<LogEntry> Logs => Services.Logs.Entries;

    public IEnumerable<LogEntry> Logged(int eventId) => Logs.Where(entry => entry.EventId == eventId);

    public int CountLogs(int eventId) => Logged(eventId).Count();

    public string LastLog(int eventId) => Logged(eventId).Last().Message;

    /// <summary>Writes a file. Its time is unique and long ago, so that the file is not taken for one that is still changing.</summary>
    /// <param name="name">The name, or the relative path.</param>
    /// <param name="content">The content.</param>
    /// <param name="age">The age of the file by the clock of the realm, if it matters.</param>
    public string Write(string name, string content, TimeSpan? age = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], content);
        Unix.SetMode(this[name], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetLastWriteTimeUtc(this[name], age is { } given ? TimeOf(given) : LongAgo.AddMilliseconds(++_writes));
        return this[name];
    }

    public void SetAge(string name, TimeSpan age) => File.SetLastWriteTimeUtc(this[name], TimeOf(age));

    public void Delete(string name) => File.Delete(this[name]);

    /// <summary>Writes a client certificate and its key.</summary>
    public void Present(TestCertificate client, TimeSpan? age = null)
    {
        Write("tls.crt", client.ChainPem, age);
        Write("tls.key", client.KeyPem, age);
    }

    /// <summary>Writes the CA file.</summary>
    public void Trust(params TestCa[] cas) => Write("ca.crt", string.Join('\n', cas.Select(ca => ca.Pem)));

    /// <summary>Reloads the files. If they seem to be changing, lets the quiet period pass.</summary>
    public Task<LoadedCertificates> ReloadAsync()
    {
        var reload = Provider.ReloadAsync();
        if (!reload.IsCompleted)
        {
            Time.Advance(QuietPeriod);
        }

        return reload.WithTimeout();
    }

    /// <summary>Replaces the client certificate, and reloads the files.</summary>
    public Task<LoadedCertificates> RotateAsync(TestCertificate client)
    {
        Present(client);
        return ReloadAsync();
    }

    /// <summary>Replaces the CA certificates, and reloads the files.</summary>
    public Task<LoadedCertificates> RotateAsync(params TestCa[] cas)
    {
        Trust(cas);
        return ReloadAsync();
    }

    /// <summary>What is in use after a handshake that begins a second later.</summary>
    public LoadedCertificates CheckAtHandshake()
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        _ = Provider.CreateClientOptions("store-1");
        return InUse;
    }

    /// <summary>Changes options of the realm, and returns when they are applied.</summary>
    public void Reconfigure(Action<TlsOptions> change)
    {
        change(Tls);
        _options.Set(_realm);
    }

    public async ValueTask DisposeAsync()
    {
        await (_services?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    private DateTime TimeOf(TimeSpan age) => (Time.GetUtcNow() - age).UtcDateTime;

    private TestServices CreateServices()
    {
        _options.Set(_realm);
        return _services = new TestServices(services => _options.AddTo(services.AddSingleton<TimeProvider>(Time)));
    }

    private RotatingCertificateProvider Load()
    {
        _provider = Services.Get<RotatingCertificateProvider>(_realm.Name!);
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
