using EndpointMtls.Configuration.Model;
using EndpointMtls.Discovery;
using EndpointMtls.Files;
using EndpointMtls.Telemetry;
using EndpointMtls.Tests.Configuration;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>A folder with files of targets, and what follows them.</summary>
internal sealed class WatchedTargets : IDisposable
{
    private static readonly RealmDefinition Realm = TestDocuments.Read("- { name: eu, endpoints: [a:1] }")[0];

    private readonly SemaphoreSlim _changed = new(0);
    private readonly EndpointMeter _meter = new(null);
    private TargetFiles? _files;
    private int _writes;

    public TempFolder Folder { get; } = new();

    /// <summary>Ahead of the files, so that only what comes and goes has to settle.</summary>
    public TestTimeProvider Time { get; } = new(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public LogRecorder Logs { get; } = new();

    /// <summary>The realm's name, which the meter tells it by.</summary>
    public string Name { get; } = Guid.NewGuid().ToString("n");

    public Action OnChanged { get; set; } = () => { };

    public int Changes { get; private set; }

    public TargetFiles Files => _files!;

    /// <summary>The files, each with what it lists; those in error have a question mark.</summary>
    public string Shown => string.Join(" | ", Files.Current.Select(file => $"{Path.GetRelativePath(Folder.Root, file.Path)}{(file.Error is null ? "" : "?")} {file.Groups.Show()}".TrimEnd()));

    /// <summary>What is wrong, with the folder left out.</summary>
    public IEnumerable<string> Errors => Files.Current.Select(file => file.Error?.Replace(Folder.Root + "/", "", StringComparison.Ordinal)).OfType<string>();

    /// <summary>What was logged, with the folder and the realm left out.</summary>
    public IEnumerable<string> Logged => Logs.Entries.Select(entry =>
        $"{entry.EventId} {entry.Message.Replace(Folder.Root + "/", "", StringComparison.Ordinal).Replace(Name, "eu", StringComparison.Ordinal)}");

    /// <summary>Begins to follow; patterns are taken from the folder.</summary>
    public WatchedTargets Follow(params string[] patterns) => Follow(Time, TimeSpan.FromMinutes(5), patterns);

    public WatchedTargets Follow(TimeProvider time, TimeSpan refreshInterval, params string[] patterns)
    {
        var definition = new FileSdDefinition([.. patterns.Select(pattern => Path.Combine(Folder.Root, pattern))], refreshInterval);
        _files = new TargetFiles(Realm with { Name = Name }, definition, time, Logs, _meter, () =>
        {
            Changes++;
            OnChanged();
            _changed.Release();
        });
        return this;
    }

    /// <summary>Writes a file that differs in its time from all before.</summary>
    public string Write(string name, string content)
    {
        Folder.Write(name, content);
        SetTime(name, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(++_writes));
        return Folder[name];
    }

    /// <summary>Writes a file that a link leads to, from where nothing is watched: only looking finds what changes.</summary>
    public void WriteUnwatched(string name, string content)
    {
        Write($"elsewhere/{name}", content);
        if (!File.Exists(Folder[name]))
        {
            File.CreateSymbolicLink(Folder[name], $"elsewhere/{name}");
        }
    }

    public void SetTime(string name, DateTime time) => File.SetLastWriteTimeUtc(Folder[name], time);

    /// <summary>Has the next look come; and one more, by when all has settled.</summary>
    public void Look()
    {
        Time.Advance(TimeSpan.FromSeconds(10));
        Time.Advance(FileMonitor.QuietPeriod);
    }

    /// <summary>Waits for changes until what is followed is as it should be.</summary>
    public async Task Becomes(string shown)
    {
        while (Shown != shown)
        {
            (await _changed.WaitAsync(TimeSpan.FromSeconds(30))).Should().BeTrue($"'{Shown}' should have become '{shown}'");
        }
    }

    public void Dispose()
    {
        _files?.Dispose();
        _meter.Dispose();
        Logs.Dispose();
        _changed.Dispose();
        Folder.Dispose();
    }
}
