using EndpointMtls.Async;
using EndpointMtls.Documents;
using EndpointMtls.Files;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Configuration.Sources;

/// <summary>A YAML file as a source of options: reads the file, and signals its changes.</summary>
internal sealed class YamlFile : IConfigureOptions<EndpointMtlsOptions>, IOptionsChangeTokenSource<EndpointMtlsOptions>, IDisposable
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly string _fullPath;
    private readonly FileMonitor _monitor;
    private readonly DeferringLock _checking = new();
    private readonly ITimer _poll;
    private CancellationTokenSource _changed = new();
    private FolderWatch? _watch;
    private FileContent? _content;
    private bool _hasTimedOut;
    private bool _mustSignal;
    private volatile bool _isHinted;
    private volatile bool _isDisposed;

    public YamlFile(string path, TimeProvider timeProvider)
    {
        (_path, _fullPath) = (path, Path.GetFullPath(path));
        _monitor = new FileMonitor(new FileSet([_fullPath], [], YamlText.Rules), timeProvider);
        _poll = DetachedTimer.Create(timeProvider, Poll);
    }

    public string Name => Options.DefaultName;

    public void Configure(EndpointMtlsOptions options)
    {
        using (_checking.EnterScope())
        {
            // Several files can change together, as on a Kubernetes volume. A reload reads all of them in their current state.
            Refresh(options);
            _content ??= _monitor.ReadFirst(IsValid)[_fullPath];
            if (_hasTimedOut)
            {
                options.Errors.Add(
                    ErrorCode.UnusableFile, _path, null, "does not stop changing", "Write it to a temporary name first, then rename it");
            }

            AddTo(options, _content);
        }
    }

    /// <summary>Returns a token that signals the next change of the file. The first call starts to watch the file.</summary>
    public IChangeToken GetChangeToken()
    {
        using (_checking.EnterScope())
        {
            if (_watch is null && !_isDisposed)
            {
                _watch = new FolderWatch([_fullPath], OnHint);
                Schedule(isChanging: false);
            }

            return new CancellationChangeToken(_changed.Token);
        }
    }

    public void Dispose()
    {
        // Without the lock: a check can block on a slow disk.
        _isDisposed = true;
        _poll.Dispose();
        _watch?.Dispose();
    }

    private bool IsValid(FileSetContent content)
    {
        var options = new EndpointMtlsOptions();
        AddTo(options, content[_fullPath]);
        return options.Errors.Count == 0;
    }

    private void AddTo(EndpointMtlsOptions options, FileContent content)
    {
        if (content.Problem is { } problem)
        {
            var code = problem.IsUnwritten ? ErrorCode.UnwrittenFile : ErrorCode.UnusableFile;
            options.Errors.Add(code, _path, null, problem.Message, problem.Fix);
        }
        else
        {
            YamlRealmSource.AddTo(options, _path, content.Bytes);
        }
    }

    private void OnHint()
    {
        if (!_isHinted)
        {
            _isHinted = true;
            _poll.Change(FileMonitor.QuietPeriod, Timeout.InfiniteTimeSpan);
        }
    }

    private void Poll()
    {
        CancellationTokenSource? changed = null;
        using (_checking.EnterScope())
        {
            if (_isDisposed)
            {
                return;
            }

            _isHinted = false;
            var check = Check();
            var hasTimedOut = check.IsChanging && _monitor.HasTimedOut;
            if (check.HasChanged || hasTimedOut != _hasTimedOut || _mustSignal)
            {
                _mustSignal = false;
                _content = check.Content?[_fullPath] ?? _content;
                changed = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
            }

            _hasTimedOut = hasTimedOut;
            Schedule(check.IsChanging && !hasTimedOut);
        }

        // Outside the lock: callbacks read the file. Their exceptions must not end the process.
        BestEffort.Run(() => changed?.Cancel());
    }

    private void Refresh(EndpointMtlsOptions options)
    {
        var check = Check();
        options.IsChanging |= check.IsChanging && !_hasTimedOut;
        if (check.HasChanged)
        {
            // The change token has not signalled this change yet.
            (_content, _mustSignal) = (check.Content![_fullPath], true);
            OnHint();
        }
    }

    private FileCheck Check()
    {
        try
        {
            // Before the file was read for the first time, it cannot have changed.
            return _content is null ? new FileCheck() : _monitor.Check(force: false);
        }
        catch (Exception)
        {
            // An exception must not stop the timer: the next check may succeed.
            return new FileCheck();
        }
    }

    private void Schedule(bool isChanging)
    {
        _poll.Change(isChanging || _isHinted ? FileMonitor.QuietPeriod : CheckInterval, Timeout.InfiniteTimeSpan);
        if (_isHinted)
        {
            // The hint may have come after the line above read the field.
            _poll.Change(FileMonitor.QuietPeriod, Timeout.InfiniteTimeSpan);
        }
    }
}
