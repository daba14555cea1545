using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EndpointMtls.Async;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Configuration.Readers;
using EndpointMtls.Files;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Discovery;

/// <summary>Watches the target files of a realm until it is disposed. Thread-safe.</summary>
internal sealed class TargetFiles : IDisposable
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);

    private readonly ImmutableArray<WatchedPattern> _patterns;
    private readonly Dictionary<string, WatchedFile> _files = new(StringComparer.Ordinal);
    private readonly TimeSpan _refreshInterval;
    private readonly TargetFileReader _reader;
    private readonly TimeProvider _timeProvider;
    private readonly TargetFileReport _report;
    private readonly Action<bool> _onChecked;
    private readonly ITimer _timer;
    private readonly FolderWatch _watch;
    private volatile TargetFile[] _current;
    private long _lastRefresh;
    private volatile bool _isChanging;
    private volatile bool _isSignaled;
    private volatile bool _isDisposed;

    // 1 while a check runs. Not a lock: a second thread must not wait for a disk that hangs.
    private int _isChecking = 1;

    /// <summary>Reads all files, and starts to watch them. Errors in the files do not throw.</summary>
    /// <param name="realm">The realm of the targets.</param>
    /// <param name="definition">The files, and how often they are read even if they seem unchanged.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">The logger for events 4xx.</param>
    /// <param name="meter">Counts changes and errors.</param>
    /// <param name="onChecked">
    /// Called after each check, on any thread and without a lock. The argument tells whether <see cref="Current"/> has changed. Calls
    /// overlap if one takes long.
    /// </param>
    public TargetFiles(
        RealmDefinition realm,
        FileSdDefinition definition,
        TimeProvider timeProvider,
        ILogger logger,
        EndpointMeter meter,
        Action<bool> onChecked)
    {
        (_timeProvider, _onChecked, _refreshInterval) = (timeProvider, onChecked, definition.RefreshInterval);
        _reader = new TargetFileReader(realm);
        _report = new TargetFileReport(realm.Name, logger, meter);
        _patterns = [.. definition.Files.Select(path => new WatchedPattern(path, timeProvider))];
        _timer = DetachedTimer.Create(timeProvider, Check);

        // Started before the files are read, so that no change in between is missed.
        _watch = new FolderWatch(_patterns.Select(pattern => pattern.FullPath), OnFolderChanged);
        _lastRefresh = timeProvider.GetTimestamp();
        _current = ReadFiles(isFirst: true);
        _report.Started(Current);
        Volatile.Write(ref _isChecking, 0);
        Schedule();
    }

    /// <summary>The files without duplicates, in the order of the patterns, and sorted by path within a pattern.</summary>
    public ImmutableArray<TargetFile> Current => ImmutableCollectionsMarshal.AsImmutableArray(_current);

    public void Dispose()
    {
        // A running check may hang on a slow disk. Its result is ignored.
        _isDisposed = true;
        _timer.Dispose();
        _watch.Dispose();
    }

    private void OnFolderChanged()
    {
        if (!_isSignaled)
        {
            _isSignaled = true;
            _timer.Change(FileMonitor.QuietPeriod, Timeout.InfiniteTimeSpan);
        }
    }

    private void Check()
    {
        // A running check schedules the next one when it ends.
        if (_isDisposed || Interlocked.Exchange(ref _isChecking, 1) == 1)
        {
            return;
        }

        var hasChanged = false;
        try
        {
            _isSignaled = false;
            hasChanged = Publish(ReadFiles(isFirst: false));
        }
        catch (Exception)
        {
            // An exception in a timer callback ends the process. The next check may succeed.
        }

        // Reset before the next check is scheduled: that check returns at once if it still sees 1.
        Volatile.Write(ref _isChecking, 0);
        Schedule();
        if (!_isDisposed)
        {
            BestEffort.Run(() => _onChecked(hasChanged));
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

    private TargetFile[] ReadFiles(bool isFirst)
    {
        var isRefresh = _timeProvider.GetElapsedTime(_lastRefresh) >= _refreshInterval;
        if (isRefresh)
        {
            _lastRefresh = _timeProvider.GetTimestamp();
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
                file.Check(isRefresh);
            }

            // A missing file is an error if its path is configured. If a pattern matched it, it is removed.
            if (file.IsMissing && !_patterns.Any(pattern => pattern.IsLiteral && pattern.Matches(file.Path)))
            {
                _files.Remove(file.Path);
            }
        }

        _isChanging = _files.Values.Any(file => file.IsChanging) || _patterns.Any(pattern => pattern.IsChanging);
        return [.. _patterns.SelectMany(StatesOf).OfType<TargetFile>().DistinctBy(file => file.Path)];
    }

    private IEnumerable<TargetFile?> StatesOf(WatchedPattern pattern) => _files.Values
        .Where(file => pattern.Matches(file.Path))
        .OrderBy(file => file.Path, StringComparer.Ordinal)
        .Select(file => file.State)
        .Prepend(pattern.State);

    private void Schedule()
    {
        var untilRefresh = _refreshInterval - _timeProvider.GetElapsedTime(_lastRefresh);
        var delay = _isChanging ? FileMonitor.QuietPeriod
            : untilRefresh < TimeSpan.Zero ? TimeSpan.Zero
            : untilRefresh < CheckInterval ? untilRefresh : CheckInterval;
        _timer.Change(delay, Timeout.InfiniteTimeSpan);
        if (_isSignaled)
        {
            // A folder changed during the check, or just now: the line above must not delay its check.
            _timer.Change(FileMonitor.QuietPeriod, Timeout.InfiniteTimeSpan);
        }
    }
}
