using EndpointMtls.Async;
using EndpointMtls.Documents;
using EndpointMtls.Files;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Configuration.Sources;

/// <summary>A YAML file as a source of options: reads it, and says when it has changed.</summary>
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
    private bool _isRestless;
    private bool _mustSignal;
    private volatile bool _isHinted;
    private volatile bool _isDisposed;

    public YamlFile(string path, TimeProvider timeProvider)
    {
        (_path, _fullPath) = (path, Path.GetFullPath(path));
        _monitor = new FileMonitor(new FileSet([_fullPath], [], YamlText.MaxBytes), timeProvider);
        _poll = DetachedTimer.Create(timeProvider, Check);
    }

    public string Name => Options.DefaultName;

    public void Configure(EndpointMtlsOptions options)
    {
        using (_checking.EnterScope())
        {
            // Others may have changed with this one, at one stroke: whoever reads them reads this one as it is now.
            LookAgain(options);
            _content ??= _monitor.ReadFirst(IsSound)[_fullPath];
            if (_isRestless)
            {
                options.Errors.Add(ErrorCode.UnusableFile, _path, null, "does not stop changing", "Write it to a temporary name first, then rename it");
            }

            AddTo(options, _content);
        }
    }

    /// <summary>Signals once, when the file has changed. From the first time on, the file is looked at.</summary>
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
        // Without the lock: a look may hang with the disk the file is on.
        _isDisposed = true;
        _poll.Dispose();
        _watch?.Dispose();
    }

    private bool IsSound(FileSetContent content)
    {
        var options = new EndpointMtlsOptions();
        AddTo(options, content[_fullPath]);
        return options.Errors.Count == 0;
    }

    private void AddTo(EndpointMtlsOptions options, FileContent content)
    {
        if (content.Problem is { } problem)
        {
            options.Errors.Add(ErrorCode.UnusableFile, _path, null, problem.Message, problem.Fix);
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

    private void Check()
    {
        CancellationTokenSource? changed = null;
        using (_checking.EnterScope())
        {
            if (_isDisposed)
            {
                return;
            }

            _isHinted = false;
            var check = Look();
            var isRestless = check.IsChanging && _monitor.HasTimedOut;
            if (check.HasChanged || isRestless != _isRestless || _mustSignal)
            {
                _mustSignal = false;
                _content = check.Content?[_fullPath] ?? _content;
                changed = Interlocked.Exchange(ref _changed, new CancellationTokenSource());
            }

            _isRestless = isRestless;
            Schedule(check.IsChanging && !isRestless);
        }

        // Outside the lock, for whoever listens reads the file. What listeners throw must not end the process.
        BestEffort.Run(() => changed?.Cancel());
    }

    private void LookAgain(EndpointMtlsOptions options)
    {
        var check = Look();
        options.IsChanging |= check.IsChanging && !_isRestless;
        if (check.HasChanged)
        {
            // Whoever follows this file has not been told.
            (_content, _mustSignal) = (check.Content![_fullPath], true);
            OnHint();
        }
    }

    private FileCheck Look()
    {
        try
        {
            // Before the first reading there is nothing that could have changed.
            return _content is null ? new FileCheck() : _monitor.Check(force: false);
        }
        catch (Exception)
        {
            // Whatever it is, this is a timer; the next look may fare better.
            return new FileCheck();
        }
    }

    private void Schedule(bool isChanging)
    {
        _poll.Change(isChanging || _isHinted ? FileMonitor.QuietPeriod : CheckInterval, Timeout.InfiniteTimeSpan);
        if (_isHinted)
        {
            // It came just now, and must not be put off.
            _poll.Change(FileMonitor.QuietPeriod, Timeout.InfiniteTimeSpan);
        }
    }
}
