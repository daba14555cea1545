using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EndpointMtls.Async;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Files;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Discovery;

/// <summary>Follows the files that list targets of a realm, for as long as it is not disposed.</summary>
internal sealed class TargetFiles : IDisposable
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);

    private readonly ImmutableArray<WatchedPattern> _patterns;
    private readonly Dictionary<string, WatchedFile> _files = new(StringComparer.Ordinal);
    private readonly TimeSpan _refreshInterval;
    private readonly TargetFileReader _reader;
    private readonly TimeProvider _timeProvider;
    private readonly TargetFileReport _report;
    private readonly Action _onChanged;
    private readonly ITimer _poll;
    private readonly FolderWatch _watch;
    private volatile TargetFile[] _current;
    private long _readAllAt;
    private volatile bool _isUnsettled;
    private volatile bool _isHinted;
    private volatile bool _isDisposed;

    // 1 while somebody looks. No lock: whoever comes second must not wait for a disk that hangs.
    private int _isLooking = 1;

    /// <summary>Reads all files, and begins to look at them. Nothing that is wrong with them throws.</summary>
    /// <param name="realm">The realm that the targets belong to.</param>
    /// <param name="definition">Which files, and how often they are read without occasion.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Where events 4xx go.</param>
    /// <param name="meter">What counts changes.</param>
    /// <param name="onChanged">Called after <see cref="Current"/> has changed, on any thread, by two at once if the first takes long, and without a lock.</param>
    public TargetFiles(RealmDefinition realm, FileSdDefinition definition, TimeProvider timeProvider, ILogger logger, EndpointMeter meter, Action onChanged)
    {
        (_timeProvider, _onChanged, _refreshInterval) = (timeProvider, onChanged, definition.RefreshInterval);
        _reader = new TargetFileReader(realm);
        _report = new TargetFileReport(realm.Name, logger, meter);
        _patterns = [.. definition.Files.Select(path => new WatchedPattern(path, timeProvider))];
        _poll = DetachedTimer.Create(timeProvider, Check);

        // Before the files are read, so that no change is missed in between.
        _watch = new FolderWatch(_patterns.Select(pattern => pattern.FullPath), OnHint);
        _readAllAt = timeProvider.GetTimestamp();
        _current = Look(isFirst: true);
        _report.Started(Current);
        Volatile.Write(ref _isLooking, 0);
        Schedule();
    }

    /// <summary>The files, in the order of the patterns, and of their paths within one. Each is there once.</summary>
    public ImmutableArray<TargetFile> Current => ImmutableCollectionsMarshal.AsImmutableArray(_current);

    public void Dispose()
    {
        // A look may hang with the disk the files are on; nobody hears of what it finds.
        _isDisposed = true;
        _poll.Dispose();
        _watch.Dispose();
    }

    private void OnHint()
    {
        if (!_isHinted)
        {
            _isHinted = true;
            _poll.Change(FileMonitor.QuietPeriod, Timeout.InfiniteTimeSpan);
        }
    }

    private void Check()
    {
        // Whoever looks already schedules the next look.
        if (_isDisposed || Interlocked.Exchange(ref _isLooking, 1) == 1)
        {
            return;
        }

        var hasChanged = false;
        try
        {
            _isHinted = false;
            hasChanged = Publish(Look(isFirst: false));
        }
        catch (Exception)
        {
            // Whatever it is, this is a timer; the next look may fare better.
        }

        // Before the next one is scheduled: it must not find us here, and leave it at that.
        Volatile.Write(ref _isLooking, 0);
        Schedule();
        if (hasChanged && !_isDisposed)
        {
            BestEffort.Run(_onChanged);
        }
    }

    private bool Publish(TargetFile[] next)
    {
        var before = Current;
        if (_isDisposed || next.AsSpan().SequenceEqual(before.AsSpan()))
        {
            return false;
        }

        _current = next;
        _report.Changed(before, Current);
        return true;
    }

    private TargetFile[] Look(bool isFirst)
    {
        var readsAll = _timeProvider.GetElapsedTime(_readAllAt) >= _refreshInterval;
        if (readsAll)
        {
            _readAllAt = _timeProvider.GetTimestamp();
        }

        foreach (var path in _patterns.SelectMany(pattern => pattern.List(isFirst)))
        {
            _files.TryAdd(path, new WatchedFile(path, _reader, _timeProvider));
        }

        foreach (var file in _files.Values.ToList())
        {
            if (isFirst)
            {
                file.ReadFirst();
            }
            else
            {
                file.Look(readsAll);
            }

            // One that was named stays, to be missed; one that was found goes.
            if (file.IsMissing && !_patterns.Any(pattern => pattern.IsLiteral && pattern.Matches(file.Path)))
            {
                _files.Remove(file.Path);
            }
        }

        _isUnsettled = _files.Values.Any(file => file.IsChanging) || _patterns.Any(pattern => pattern.IsChanging);
        return [.. _patterns.SelectMany(StatesOf).OfType<TargetFile>().DistinctBy(file => file.Path)];
    }

    private IEnumerable<TargetFile?> StatesOf(WatchedPattern pattern) =>
        _files.Values.Where(file => pattern.Matches(file.Path)).OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => file.State).Prepend(pattern.State);

    private void Schedule()
    {
        var untilAll = _refreshInterval - _timeProvider.GetElapsedTime(_readAllAt);
        var delay = _isUnsettled ? FileMonitor.QuietPeriod
            : untilAll < TimeSpan.Zero ? TimeSpan.Zero
            : untilAll < CheckInterval ? untilAll : CheckInterval;
        _poll.Change(delay, Timeout.InfiniteTimeSpan);
        if (_isHinted)
        {
            // It came while somebody looked, or just now, and must not be put off.
            _poll.Change(FileMonitor.QuietPeriod, Timeout.InfiniteTimeSpan);
        }
    }
}
