using EndpointMtls.Configuration.Model;
using EndpointMtls.Discovery;
using EndpointMtls.Files;
using EndpointMtls.Telemetry;
using EndpointMtls.Tests.Configuration;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Discovery;

/// <summary>A folder with target files, and the <see cref="TargetFiles"/> that watches them.</summary>
internal sealed class WatchedTargets : IDisposable
{
    private static readonly RealmDefinition Realm = TestDocuments.Read("- { name: eu, endpoints: [a:1] }")[0];

    private readonly SemaphoreSlim _changed = new(0);
    private readonly EndpointMeter _meter = new(null);
    private TargetFiles? _files;
    private int _writes;

    public TempFolder Folder { get; } = new();

    /// <summary>Later than the times of the files, so that only added and removed files have a quiet period.</summary>
    public TestTimeProvider Time { get; } = new(new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public LogRecorder Logs { get; } = new();

    /// <summary>The unique name of the realm, by which a test finds its measurements.</summary>
    public string Name { get; } = Guid.NewGuid().ToString("n");

    public Action OnChanged { get; set; } = () => { };

    public int Changes { get; private set; }

    /// <summary>The number of checks, with and without a change.</summary>
    public int Checks { get; private set; }

    public TargetFiles Files => _files!;

    /// <summary>The files with their targets. A question mark follows a file with an error.</summary>
    public string Shown => string.Join(" | ", Files.Current.Select(file => $"{Path.GetRelativePath(Folder.Root, file.Path)}{(file.Error is null ? "" : "?")} {file.Groups.Show()}".TrimEnd()));

    /// <summary>The errors, without the folder and the user.</summary>
    public IEnumerable<string> Errors => Files.Current.Select(file => file.Error is { } error ? Anonymize(error) : null).OfType<string>();

    /// <summary>The log entries, without the folder, the realm and the user.</summary>
    public IEnumerable<string> Logged => Logs.Entries.Select(entry => $"{entry.EventId} {Anonymize(entry.Message)}");

    public IEnumerable<int> EventIds => Logs.Entries.Select(entry => entry.EventId);

    /// <summary>Starts to watch. The patterns are relative to the folder.</summary>
    public WatchedTargets Watch(params string[] patterns) => Watch(Time, TimeSpan.FromMinutes(5), patterns);

    public WatchedTargets Watch(TimeProvider time, TimeSpan refreshInterval, params string[] patterns)
    {
        var definition = new FileSdDefinition([.. patterns.Select(pattern => Path.Combine(Folder.Root, pattern))], refreshInterval);
        _files = new TargetFiles(Realm with { Name = Name }, definition, time, Logs, _meter, hasChanged =>
        {
            Checks++;
            if (hasChanged)
            {
                Changes++;
                OnChanged();
                _changed.Release();
            }
        });
        return this;
    }

    /// <summary>Writes a file with a new modification time.</summary>
    public string Write(string name, string content)
    {
        Folder.Write(name, content);
        SetTime(name, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddSeconds(++_writes));
        return Folder[name];
    }

    /// <summary>Writes a file in an unwatched folder, with a link to it in the watched one: only a check detects its changes.</summary>
    public void WriteUnwatched(string name, string content)
    {
        Write($"elsewhere/{name}", content);
        if (!File.Exists(Folder[name]))
        {
            File.CreateSymbolicLink(Folder[name], $"elsewhere/{name}");
        }
    }

    public void SetTime(string name, DateTime time) => File.SetLastWriteTimeUtc(Folder[name], time);

    /// <summary>Advances the clock to the next check, and to the end of the quiet period.</summary>
    public void Check()
    {
        Time.Advance(TimeSpan.FromSeconds(10));
        Time.Advance(FileMonitor.QuietPeriod);
    }

    /// <summary>Waits until <see cref="Shown"/> has a value.</summary>
    public async Task WaitForAsync(string shown)
    {
        while (Shown != shown)
        {
            (await _changed.WaitAsync(TimeSpan.FromSeconds(30))).Should().BeTrue($"'{Shown}' should have become '{shown}'");
        }
    }

    private string Anonymize(string text) => text
        .Replace(Folder.Root + "/", "", StringComparison.Ordinal)
        .Replace(Name, "eu", StringComparison.Ordinal)
        .Replace($"'{Environment.UserName}'", "'USER'", StringComparison.Ordinal);

    public void Dispose()
    {
        _files?.Dispose();
        _meter.Dispose();
        Logs.Dispose();
        _changed.Dispose();
        Folder.Dispose();
    }
}
