using EndpointMtls.Async;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Files;
using EndpointMtls.Text;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Certificates;

/// <summary>Keeps the certificates of a realm up to date with its files. Invalid files leave the last valid ones in use.</summary>
/// <remarks><see cref="FileMonitor"/> decides when a change of the files counts, <see cref="TlsFilesReader"/> which are valid.</remarks>
internal sealed class CertificateRotation : IDisposable
{
    private static readonly TimeSpan HandshakeInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FilesTimeout = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _timeProvider;
    private readonly RotationReport _report;
    private readonly ITimer _poll;
    private readonly ITimer _freshness;
    private readonly DeferringLock _lock = new();
    private readonly RotationAnnouncer _announcer;

    // A reload of the configuration replaces these, under the lock.
    private CertificateSource _source;
    private volatile RealmDefinition _definition;
    private FolderWatch? _watch;
    private volatile bool _hasHint;
    private volatile bool _isDisposed;

    // Whether the files were checked within the last second. Most handshakes read only this field and the snapshot.
    private volatile bool _isFresh = true;
    private volatile RotationSnapshot _snapshot;

    public CertificateRotation(CertificateSource source, TimeProvider timeProvider, RotationReport report)
    {
        (_source, _definition, _timeProvider, _report) = (source, source.Definition, timeProvider, report);
        _announcer = new RotationAnnouncer(report);
        var now = timeProvider.GetUtcNow();
        var first = RotationState.First(Tls, source.Credentials);
        _snapshot = new RotationSnapshot(first, source.Stamps, source.Credentials.Warnings, now, now, Failure: null);
        _poll = DetachedTimer.Create(timeProvider, () => Check(force: false));
        _freshness = DetachedTimer.Create(timeProvider, () => _isFresh = false);
    }

    public TlsMaterial InUse => _snapshot.State.InUse;

    /// <summary>The credentials of the last valid files.</summary>
    public FileCredentials FilesInUse => FilesOf(_snapshot.State);

    public IChangeToken ChangeToken => _announcer.ChangeToken;

    /// <summary>Signals before <see cref="ChangeToken"/>.</summary>
    public IChangeToken ChannelToken => _announcer.ChannelToken;

    private TlsDefinition Tls => _definition.Tls!;

    private FileMonitor Monitor => _source.Monitor;

    /// <summary>Starts the timer and the file watch.</summary>
    public void Start()
    {
        _report.Started(_snapshot);
        _watch = Watch();
        using (_lock.EnterScope())
        {
            Schedule(isChanging: false);
        }
    }

    /// <summary>Applies changed options.</summary>
    /// <param name="definition">The realm.</param>
    /// <param name="loaded">Its files, if their paths have changed.</param>
    /// <returns>Whether the caller must announce a change, after the whole configuration is applied.</returns>
    public bool Reconfigure(RealmDefinition definition, CertificateSource? loaded)
    {
        using (_lock.EnterScope())
        {
            if (_isDisposed)
            {
                return false;
            }

            var (before, now) = (_snapshot, _timeProvider.GetUtcNow());
            _definition = definition;
            _source = loaded ?? _source;
            var identity = before.State.PendingIdentity ?? before.State.InUse.Identity;
            var state = before.State.With(Tls, loaded?.Credentials ?? FilesOf(before.State) with { Identity = identity }, now);
            var hasRotated = state.InUse.Generation != before.State.InUse.Generation;
            _snapshot = before with { State = state, ChangedAt = hasRotated ? now : before.ChangedAt };
            if (loaded is not null)
            {
                var warnings = loaded.Credentials.Warnings;
                _snapshot = _snapshot with { Files = loaded.Stamps, Warnings = warnings, CheckedAt = now, Failure = null };
                _watch?.Dispose();
                _watch = Watch();
            }

            Schedule(isChanging: false);
            _report.Changed(before, _snapshot);
            return !state.HasSameInUse(before.State);
        }
    }

    /// <summary>Signals <see cref="ChannelToken"/>.</summary>
    public void AnnounceToChannels() => _announcer.ToChannels();

    /// <summary>Signals <see cref="ChangeToken"/> on a thread of the pool.</summary>
    public void AnnounceLater() => _announcer.ToOthersLater();

    /// <summary>Applies a definition with equal options at another place of the configuration, for error messages.</summary>
    /// <remarks>Without the lock: a check of the files may hang with their disk.</remarks>
    public void Relocate(RealmDefinition definition) => _definition = definition with { Tls = Tls };

    /// <summary>Checks the files unless that was done within the last second. Returns what handshakes use.</summary>
    public TlsMaterial CheckAtHandshake()
    {
        // While another thread checks the files, handshakes use the current material.
        if (!_isFresh)
        {
            using var hold = DeferringLock.DeferUntilDisposed();
            if (TryCheckFiles() is { } announced)
            {
                _announcer.ToChannels(announced);
                _announcer.ToOthersLater();
            }
        }

        return InUse;

        TaskCompletionSource? TryCheckFiles()
        {
            using var scope = _lock.TryEnterScope();
            return scope.IsEntered && !_isFresh ? CheckFiles(force: false).Announced : null;
        }
    }

    /// <summary>As <see cref="CheckAtHandshake"/>, but waits at most one second for the files: their disk may hang.</summary>
    public async ValueTask<TlsMaterial> CheckAtHandshakeAsync()
    {
        if (!_isFresh)
        {
            // The timeout uses the system clock, not the TimeProvider: a hanging disk does not depend on a fake clock.
            Task check = Task.Run(CheckAtHandshake);
            await check.WaitAsync(FilesTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return InUse;
    }

    /// <summary>Reads the files now, even if their stamps are unchanged. Waits while they are still changing.</summary>
    public async Task<LoadedCertificates> ReloadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (Check(force: true))
        {
            await Task.Delay(FileMonitor.QuietPeriod, _timeProvider, cancellationToken).ConfigureAwait(false);
        }

        // Another thread may have read the files, and not have told all channels yet.
        await _announcer.Pending.WaitAsync(cancellationToken).ConfigureAwait(false);
        return Describe();
    }

    public LoadedCertificates Describe() => _snapshot.Describe(_definition.Name);

    public void Dispose()
    {
        // Without the lock: a check of the files may hang with their disk.
        _isDisposed = true;
        _watch?.Dispose();
        _poll.Dispose();
        _freshness.Dispose();
    }

    /// <returns>Whether the files are still changing and must be checked again.</returns>
    private bool Check(bool force)
    {
        bool isChanging;
        TaskCompletionSource? announced;
        using (DeferringLock.DeferUntilDisposed())
        {
            using (_lock.EnterScope())
            {
                (isChanging, announced) = CheckFiles(force);
            }

            if (announced is not null)
            {
                // Before the deferred log messages.
                _announcer.ToChannels(announced);
            }
        }

        if (announced is not null)
        {
            _announcer.ToOthers();
        }

        return isChanging;
    }

    /// <returns>If something has changed, the caller must announce it, and complete <c>Announced</c>.</returns>
    private (bool IsChanging, TaskCompletionSource? Announced) CheckFiles(bool force)
    {
        if (_isDisposed)
        {
            return default;
        }

        _hasHint = false;
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
            // An unexpected error must fail neither the handshake nor the process. Changes that depend on time alone still apply.
            var after = Advance(before, new FileCheck(), _timeProvider.GetUtcNow());
            _snapshot = Fail(after, $"{exception.GetType().Name}: {ExceptionText.Of(exception)}.");
        }

        if (isChanging && Monitor.HasTimedOut)
        {
            isChanging = false;
            _snapshot = Fail(
                _snapshot,
                $"The files of realm '{_definition.Name}' do not stop changing. Write each to a temporary name first, then rename it.");
        }

        Schedule(isChanging);
        _report.Changed(before, _snapshot);
        return (isChanging, _snapshot.State.HasSameInUse(before.State) ? null : _announcer.Add());
    }

    // A repeated failure keeps its instance, and is not reported again.
    private RotationSnapshot Fail(RotationSnapshot snapshot, string message) => snapshot.Failure?.Message == message
        ? snapshot
        : snapshot with { Failure = new RotationFailure(message, _timeProvider.GetUtcNow()) };

    private RotationSnapshot Advance(RotationSnapshot before, FileCheck check, DateTimeOffset now)
    {
        var after = before with { State = before.State.At(now), CheckedAt = now };
        if (check.Content is { } content && (check.HasChanged || before.Failure is not null))
        {
            var errors = new ConfigurationErrors();
            after = new TlsFilesReader(_definition, errors).Read(content, now, FilesOf(after.State)) is { } files
                ? after with { State = after.State.With(Tls, files, now), Failure = null, Warnings = files.Warnings }
                : Fail(check.HasChanged ? after with { Failure = null } : after, errors.ToString());
        }

        return after with
        {
            Files = after.Failure is null ? _source.Stamps : after.Files,
            ChangedAt = after.State.InUse.Generation == before.State.InUse.Generation ? before.ChangedAt : now,
        };
    }

    private static FileCredentials FilesOf(RotationState state) =>
        new(state.InUse.Identity, state.Listed, state.InUse.RevocationLists);

    private FolderWatch Watch() => new(_source.Files.Paths, OnHint, isLowPriority: true);

    private void OnHint()
    {
        if (!_hasHint)
        {
            _hasHint = true;
            _poll.Change(FileMonitor.QuietPeriod, Timeout.InfiniteTimeSpan);
        }
    }

    private void Schedule(bool isChanging)
    {
        _isFresh = true;
        _freshness.Change(HandshakeInterval, Timeout.InfiniteTimeSpan);
        var delay = isChanging || _hasHint
            ? FileMonitor.QuietPeriod
            : Tls.CheckInterval * (0.9 + (0.2 * Random.Shared.NextDouble()));
        _poll.Change(_snapshot.State.TimeToNextChange(_timeProvider.GetUtcNow(), delay), Timeout.InfiniteTimeSpan);
        if (_hasHint)
        {
            // A hint that arrived meanwhile must not be delayed.
            _poll.Change(FileMonitor.QuietPeriod, Timeout.InfiniteTimeSpan);
        }
    }
}
