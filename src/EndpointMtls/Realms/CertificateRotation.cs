using EndpointMtls.Configuration;
using EndpointMtls.Files;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Realms;

/// <summary>Keeps the certificates of one realm as its files say; when the files are wrong, as they were.</summary>
internal sealed class CertificateRotation : IDisposable
{
    private static readonly TimeSpan HandshakeInterval = TimeSpan.FromSeconds(1);

    private readonly RealmDefinition _definition;
    private readonly FileSet _files;
    private readonly FileMonitor _monitor;
    private readonly TimeProvider _timeProvider;
    private readonly RotationReport _report;
    private readonly ITimer _poll;
    private readonly ITimer _ageing;
    private readonly Lock _checking = new();
    private FolderWatch? _watch;
    private volatile bool _isHinted;
    private volatile bool _isDisposed;

    // Whether the files were looked at within the last second. Most handshakes read this and the snapshot, and nothing else.
    private volatile bool _isFresh = true;
    private volatile RotationSnapshot _snapshot;
    private CancellationTokenSource _changed = new();

    private CertificateRotation(
        RealmDefinition definition, FileSet files, FileMonitor monitor, TlsFiles first, TimeProvider timeProvider, RotationReport report)
    {
        (_definition, _files, _monitor, _timeProvider, _report) = (definition, files, monitor, timeProvider, report);
        var now = timeProvider.GetUtcNow();
        _snapshot = new RotationSnapshot(RotationState.First(first), monitor.Stamps, now, now, Failure: null);
        _poll = timeProvider.CreateTimer(_ => Check(force: false), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ageing = timeProvider.CreateTimer(_ => _isFresh = false, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public TlsMaterial InUse => _snapshot.State.InUse;

    public IChangeToken ChangeToken => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    private TlsDefinition Tls => _definition.Tls!;

    /// <summary>Loads the files for the first time.</summary>
    /// <returns><see langword="null"/> if there were errors.</returns>
    public static CertificateRotation? Load(RealmDefinition definition, ConfigurationErrors errors, TimeProvider timeProvider, RotationReport report)
    {
        var tls = definition.Tls!;
        var files = new FileSet(new[] { tls.CertFile, tls.KeyFile, tls.KeyPasswordFile }.OfType<string>().Distinct(), tls.CaFiles);
        var monitor = new FileMonitor(files, timeProvider);
        TlsFiles? loaded = null;
        var found = new ConfigurationErrors();
        monitor.ReadFirst(content =>
        {
            found = new ConfigurationErrors();
            loaded = new TlsFilesReader(definition, found).Read(content, timeProvider.GetUtcNow(), inUse: null);
            return loaded is not null;
        });
        errors.AddRange(found);
        return loaded is null ? null : new CertificateRotation(definition, files, monitor, loaded, timeProvider, report);
    }

    /// <summary>Begins to look at the files by itself.</summary>
    public void Start()
    {
        _report.Started(_snapshot);
        _watch = new FolderWatch(_files.Paths, () =>
        {
            if (!_isHinted)
            {
                _isHinted = true;
                _poll.Change(FileMonitor.SettlingTime, Timeout.InfiniteTimeSpan);
            }
        });
        lock (_checking)
        {
            Schedule(isUnsettled: false);
        }
    }

    /// <summary>What a handshake is to use: as the files say now, or did at most a second ago.</summary>
    public TlsMaterial CheckAtHandshake()
    {
        // Whoever comes while another one looks takes what there is.
        if (!_isFresh && _checking.TryEnter())
        {
            CancellationTokenSource? changed = null;
            try
            {
                changed = _isFresh ? null : Look(force: false).Changed;
            }
            finally
            {
                _checking.Exit();
            }

            Announce(changed);
        }

        return InUse;
    }

    /// <summary>Looks at the files now, whatever their stamps say, and waits until what is being written is whole.</summary>
    public async Task<LoadedCertificates> ReloadAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (Check(force: true))
        {
            await Task.Delay(FileMonitor.SettlingTime, _timeProvider, cancellationToken).ConfigureAwait(false);
        }

        return Describe();
    }

    public LoadedCertificates Describe() => _snapshot.Describe(_definition.Name);

    public void Dispose()
    {
        lock (_checking)
        {
            _isDisposed = true;
            _watch?.Dispose();
            _poll.Dispose();
            _ageing.Dispose();
        }
    }

    /// <returns>Whether something is being written, so that another look will tell more.</returns>
    private bool Check(bool force)
    {
        bool isUnsettled;
        CancellationTokenSource? changed;
        lock (_checking)
        {
            (isUnsettled, changed) = Look(force);
        }

        Announce(changed);
        return isUnsettled;
    }

    private (bool IsUnsettled, CancellationTokenSource? Changed) Look(bool force)
    {
        if (_isDisposed)
        {
            return default;
        }

        _isHinted = false;
        var before = _snapshot;
        var isUnsettled = false;
        try
        {
            var check = _monitor.Check(force);
            isUnsettled = check.IsUnsettled;
            _snapshot = Advance(before, check, _timeProvider.GetUtcNow());
        }
        catch (Exception exception)
        {
            // Whatever it is, it must fail neither the handshake nor the process, and what time does goes on.
            var (now, message) = (_timeProvider.GetUtcNow(), $"{exception.GetType().Name}: {exception.Message}");
            _snapshot = Advance(before, new FileCheck(), now) with
            {
                Failure = before.Failure?.Message == message ? before.Failure : new RotationFailure(message, now),
            };
        }

        _report.Changed(before, _snapshot);
        Schedule(isUnsettled);
        return (isUnsettled, InUse.Generation == before.State.InUse.Generation ? null : Interlocked.Exchange(ref _changed, new CancellationTokenSource()));
    }

    // Outside the lock, for those who listen may ask for what has changed. What they throw is theirs: this may be a handshake.
    private void Announce(CancellationTokenSource? changed)
    {
        try
        {
            changed?.Cancel();
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
            after = new TlsFilesReader(_definition, errors).Read(content, now, after.State.InUse.Identity) is { } files
                ? after with { State = after.State.With(files, Tls.CaOverlap, now), Failure = null }
                : after with { Failure = check.HasChanged || before.Failure?.Message != errors.ToString() ? new RotationFailure(errors.ToString(), now) : before.Failure };
        }

        return after with
        {
            Files = after.Failure is null ? _monitor.Stamps : after.Files,
            ChangedAt = after.State.InUse.Generation == before.State.InUse.Generation ? before.ChangedAt : now,
        };
    }

    private void Schedule(bool isUnsettled)
    {
        _isFresh = true;
        _ageing.Change(HandshakeInterval, Timeout.InfiniteTimeSpan);
        var delay = isUnsettled || _isHinted ? FileMonitor.SettlingTime : Tls.CheckInterval * (0.9 + (0.2 * Random.Shared.NextDouble()));
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
    }
}
