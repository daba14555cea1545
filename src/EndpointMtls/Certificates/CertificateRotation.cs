using EndpointMtls.Async;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Files;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Certificates;

/// <summary>Keeps the certificates of one realm as its files say; when the files are wrong, as they were.</summary>
internal sealed class CertificateRotation : IDisposable
{
    private static readonly TimeSpan HandshakeInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FilesTimeout = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _timeProvider;
    private readonly RotationReport _report;
    private readonly ITimer _poll;
    private readonly ITimer _ageing;
    private readonly DeferringLock _checking = new();

    // What is looked at, and by which rules. Another one comes with another configuration, under the lock.
    private LoadedFiles _source;
    private volatile RealmDefinition _definition;
    private FolderWatch? _watch;
    private volatile bool _isHinted;
    private volatile bool _isDisposed;

    // Whether the files were looked at within the last second. Most handshakes read this and the snapshot, and nothing else.
    private volatile bool _isFresh = true;
    private volatile RotationSnapshot _snapshot;
    private CancellationTokenSource _changed = new();
    private CancellationTokenSource _changedForChannels = new();

    public CertificateRotation(LoadedFiles source, TimeProvider timeProvider, RotationReport report)
    {
        (_source, _definition, _timeProvider, _report) = (source, source.Definition, timeProvider, report);
        var now = timeProvider.GetUtcNow();
        _snapshot = new RotationSnapshot(RotationState.First(Tls, source.Content), source.Stamps, now, now, Failure: null);
        _poll = DetachedTimer.Create(timeProvider, () => Check(force: false));
        _ageing = DetachedTimer.Create(timeProvider, () => _isFresh = false);
    }

    public TlsMaterial InUse => _snapshot.State.InUse;

    /// <summary>What the files held when they were found in order.</summary>
    public TlsFiles FilesInUse => FilesOf(_snapshot.State);

    public IChangeToken ChangeToken => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    /// <summary>Signals before <see cref="ChangeToken"/> does.</summary>
    public IChangeToken ChannelToken => new CancellationChangeToken(Volatile.Read(ref _changedForChannels).Token);

    private TlsDefinition Tls => _definition.Tls!;

    private FileMonitor Monitor => _source.Monitor;

    /// <summary>Begins to look at the files by itself.</summary>
    public void Start()
    {
        _report.Started(_snapshot);
        _watch = Watch();
        using (_checking.EnterScope())
        {
            Schedule(isChanging: false);
        }
    }

    /// <summary>Goes on by other rules.</summary>
    /// <param name="definition">The realm.</param>
    /// <param name="loaded">Its files, if they are others than before.</param>
    /// <returns>Whether that is a change to announce, when all that belongs to it is in force.</returns>
    public bool Reconfigure(RealmDefinition definition, LoadedFiles? loaded)
    {
        using (_checking.EnterScope())
        {
            if (_isDisposed)
            {
                return false;
            }

            var (before, now) = (_snapshot, _timeProvider.GetUtcNow());
            _definition = definition;
            _source = loaded ?? _source;
            var state = before.State.With(Tls, loaded?.Content ?? new TlsFiles(before.State.PendingIdentity ?? before.State.InUse.Identity, before.State.Listed), now);
            var hasChanged = state.InUse.Generation != before.State.InUse.Generation;
            _snapshot = before with { State = state, ChangedAt = hasChanged ? now : before.ChangedAt };
            if (loaded is not null)
            {
                _snapshot = _snapshot with { Files = loaded.Stamps, CheckedAt = now, Failure = null };
                _watch?.Dispose();
                _watch = Watch();
            }

            Schedule(isChanging: false);
            _report.Changed(before, _snapshot);
            return hasChanged;
        }
    }

    /// <summary>Tells the channels that something else is presented or trusted.</summary>
    public void AnnounceToChannels() => Signal(ref _changedForChannels);

    /// <summary>Tells whoever else listens, on a thread of the pool.</summary>
    public void AnnounceLater() =>
        ThreadPool.UnsafeQueueUserWorkItem(static rotation => rotation.Signal(ref rotation._changed), this, preferLocal: false);

    /// <summary>Goes on as before; only the place errors point to has moved.</summary>
    /// <remarks>Without the lock: a look may hang with the disk the files are on, and has no part in this.</remarks>
    public void Relocate(RealmDefinition definition) => _definition = definition with { Tls = Tls };

    /// <summary>What a handshake is to use: as the files say now, or did at most a second ago.</summary>
    public TlsMaterial CheckAtHandshake()
    {
        // Whoever comes while another one looks takes what there is.
        if (!_isFresh)
        {
            using var hold = DeferringLock.DeferUntilDisposed();
            if (TryLook())
            {
                AnnounceToChannels();
                AnnounceLater();
            }
        }

        return InUse;

        bool TryLook()
        {
            using var look = _checking.TryEnterScope();
            return look.IsEntered && !_isFresh && Look(force: false).HasChanged;
        }
    }

    /// <summary>The same for who must not wait long: the disk the files are on may hang.</summary>
    public async ValueTask<TlsMaterial> CheckAtHandshakeAsync()
    {
        if (!_isFresh)
        {
            // By the clock on the wall: what hangs does not hang by any other.
            Task look = Task.Run(CheckAtHandshake);
            await look.WaitAsync(FilesTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return InUse;
    }

    /// <summary>Looks at the files now, whatever their stamps say, and waits until what is being written is whole.</summary>
    public async Task<LoadedCertificates> ReloadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (Check(force: true))
        {
            await Task.Delay(FileMonitor.QuietPeriod, _timeProvider, cancellationToken).ConfigureAwait(false);
        }

        return Describe();
    }

    public LoadedCertificates Describe() => _snapshot.Describe(_definition.Name);

    public void Dispose()
    {
        // Without the lock: a look may hang with the disk the files are on.
        _isDisposed = true;
        _watch?.Dispose();
        _poll.Dispose();
        _ageing.Dispose();
    }

    /// <returns>Whether something is being written, so that another look will tell more.</returns>
    private bool Check(bool force)
    {
        bool isChanging, hasChanged;
        using (DeferringLock.DeferUntilDisposed())
        {
            using (_checking.EnterScope())
            {
                (isChanging, hasChanged) = Look(force);
            }

            if (hasChanged)
            {
                // Before it is logged.
                AnnounceToChannels();
            }
        }

        if (hasChanged)
        {
            Signal(ref _changed);
        }

        return isChanging;
    }

    private (bool IsChanging, bool HasChanged) Look(bool force)
    {
        if (_isDisposed)
        {
            return default;
        }

        _isHinted = false;
        var before = _snapshot;
        var isChanging = false;
        try
        {
            var check = Monitor.Check(force);
            isChanging = check.IsChanging;
            _snapshot = Advance(before, check, _timeProvider.GetUtcNow());
        }
        catch (Exception exception)
        {
            // Whatever it is, it must fail neither the handshake nor the process, and what time does goes on.
            _snapshot = Fail(Advance(before, new FileCheck(), _timeProvider.GetUtcNow()), $"{exception.GetType().Name}: {exception.Message}");
        }

        if (isChanging && Monitor.HasTimedOut)
        {
            (isChanging, _snapshot) = (false, Fail(_snapshot, $"The files of realm '{_definition.Name}' do not stop changing. Write each to a temporary name first, then rename it."));
        }

        Schedule(isChanging);
        _report.Changed(before, _snapshot);
        return (isChanging, InUse.Generation != before.State.InUse.Generation);
    }

    // What is the same as before was told then.
    private RotationSnapshot Fail(RotationSnapshot snapshot, string message) =>
        snapshot.Failure?.Message == message ? snapshot : snapshot with { Failure = new RotationFailure(message, _timeProvider.GetUtcNow()) };

    // What listeners throw is theirs: this may be a handshake.
    private void Signal(ref CancellationTokenSource source)
    {
        try
        {
            Interlocked.Exchange(ref source, new CancellationTokenSource()).Cancel();
        }
        catch (AggregateException exception)
        {
            _report.ListenerFailed(exception);
        }
    }

    private RotationSnapshot Advance(RotationSnapshot before, FileCheck check, DateTimeOffset now)
    {
        var after = before with { State = before.State.At(now), CheckedAt = now };
        if (check.Content is { } content && (check.HasChanged || before.Failure is not null))
        {
            var errors = new ConfigurationErrors();
            after = new TlsFilesReader(_definition, errors).Read(content, now, FilesOf(after.State)) is { } files
                ? after with { State = after.State.With(Tls, files, now), Failure = null }
                : Fail(check.HasChanged ? after with { Failure = null } : after, errors.ToString());
        }

        return after with
        {
            Files = after.Failure is null ? _source.Stamps : after.Files,
            ChangedAt = after.State.InUse.Generation == before.State.InUse.Generation ? before.ChangedAt : now,
        };
    }

    private static TlsFiles FilesOf(RotationState state) => new(state.InUse.Identity, state.Listed);

    private FolderWatch Watch() => new(_source.Files.Paths, OnHint, isLowPriority: true);

    private void OnHint()
    {
        if (!_isHinted)
        {
            _isHinted = true;
            _poll.Change(FileMonitor.QuietPeriod, Timeout.InfiniteTimeSpan);
        }
    }

    private void Schedule(bool isChanging)
    {
        _isFresh = true;
        _ageing.Change(HandshakeInterval, Timeout.InfiniteTimeSpan);
        var delay = isChanging || _isHinted ? FileMonitor.QuietPeriod : Tls.CheckInterval * (0.9 + (0.2 * Random.Shared.NextDouble()));
        var now = _timeProvider.GetUtcNow();
        if (_snapshot.State.NextChange is { } change && change - now < delay)
        {
            // Due already, if it came up since the state was made.
            delay = change > now ? change - now : TimeSpan.Zero;
        }

        if (InUse.Identity is { } identity && identity.NotAfter > now && identity.NotAfter - now < delay)
        {
            delay = identity.NotAfter - now;
        }

        _poll.Change(delay, Timeout.InfiniteTimeSpan);
        if (_isHinted)
        {
            // It came just now, and must not be put off.
            _poll.Change(FileMonitor.QuietPeriod, Timeout.InfiniteTimeSpan);
        }
    }
}
