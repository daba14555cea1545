using EndpointMtls.Async;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Files;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Realms;

/// <summary>The realms as the configuration has them now; when that is wrong, as it had them last.</summary>
internal sealed class RealmRegistry : IDisposable
{
    /// <summary>How often a configuration that was refused is tried again: files it names may be on their way.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(10);

    private readonly IOptionsFactory<EndpointMtlsOptions> _optionsFactory;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly EndpointMeter _meter;
    private readonly DeferringLock _loading = new();
    private readonly List<IDisposable> _subscriptions = [];
    private readonly ITimer _retry;
    private readonly RegistryReport _report;
    private readonly RunningServers _servers;

    // Of realms whose new files were being written when they were read, by name.
    private readonly Dictionary<string, Debouncer> _debouncers = new(StringComparer.Ordinal);
    private CancellationTokenSource _changed = new();
    private volatile RegistrySnapshot _snapshot;
    private volatile bool _isDisposed;

    /// <summary>Loads the configuration for the first time, and follows it from then on.</summary>
    /// <exception cref="OptionsValidationException">With everything that is wrong, at once.</exception>
    public RealmRegistry(
        IOptionsFactory<EndpointMtlsOptions> optionsFactory,
        IEnumerable<IOptionsChangeTokenSource<EndpointMtlsOptions>> sources,
        TimeProvider timeProvider,
        ILoggerFactory loggerFactory,
        EndpointMeter meter)
    {
        (_optionsFactory, _timeProvider, _meter) = (optionsFactory, timeProvider, meter);
        _logger = DeferringLogger.Create<RealmTable>(loggerFactory);
        (_report, _servers) = (new RegistryReport(_logger, meter), new RunningServers(timeProvider, _logger, meter));
        _retry = DetachedTimer.Create(timeProvider, Reload);
        _snapshot = new RegistrySnapshot(new RealmTable([]), new EndpointMtlsOptions(), Failure: null);

        var ours = sources.Where(source => (source.Name ?? Options.DefaultName) == Options.DefaultName).ToList();
        var tokens = ours.ConvertAll(source => source.GetChangeToken());
        var errors = new ConfigurationErrors();
        var (options, configuration) = Compile(errors);
        var loader = new RealmLoader(Table, isStart: true, errors, _debouncers, timeProvider, _logger, meter);
        var table = loader.Load(configuration, options.ClientAddresses);
        errors.ThrowIfAny();
        Apply(table, options, loader, errors);
        meter.Observe(
            () => from realm in AllRealms
                  let identity = realm.Rotation?.InUse.Identity
                  where identity is not null
                  select (realm.Name, (identity.NotAfter - timeProvider.GetUtcNow()).TotalSeconds),
            () => from realm in AllRealms
                  let rotation = realm.Rotation
                  where rotation is not null
                  select (realm.Name, rotation.InUse.Generation));
        _subscriptions.AddRange(ours.Select(source => ChangeToken.OnChange(source.GetChangeToken, Reload)));
        if (tokens.Exists(token => token.HasChanged))
        {
            // While we loaded, before anybody listened.
            Reload();
        }
    }

    public RealmTable Table => _snapshot.Table;

    /// <summary>The realms of the configuration, and those of the servers that code describes.</summary>
    public IEnumerable<Realm> AllRealms => Table.Realms.Concat(_servers.OwnRealms);

    /// <summary>What has become wrong with the certificates that servers present.</summary>
    public IEnumerable<string> ServerProblems => _servers.ProblemsIn(Table);

    /// <summary>The options that are in force.</summary>
    public EndpointMtlsOptions CurrentOptions => _snapshot.Options;

    /// <summary>Why the configuration as it is now could not be taken over; <see langword="null"/> if it was.</summary>
    public string? Failure => _snapshot.Failure;

    /// <summary>Signals when another table is in force.</summary>
    public IChangeToken GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    /// <summary>Notes that the server of the configuration is in use, if there is one.</summary>
    public bool TryUseServer()
    {
        using (_loading.EnterScope())
        {
            return _servers.UsesConfigured |= Table.Server is not null;
        }
    }

    /// <summary>Takes a server into use that code describes.</summary>
    /// <returns>Finds it as it is now; <see langword="null"/> if there was an error.</returns>
    public Func<BoundServer>? UseServer(ServerDefinition definition, RealmDefinition? ownRealm, ConfigurationErrors errors)
    {
        Func<BoundServer>? find;
        using (_loading.EnterScope())
        {
            find = ownRealm is null ? FindBound() : _servers.Load(definition, ownRealm, Table, errors) is { } own ? () => own : null;
            if (find is not null)
            {
                _report.WarnOfServer(errors.Warnings);
            }
        }

        if (_isDisposed)
        {
            DisposeRealms();
        }

        return find;

        Func<BoundServer>? FindBound() => _servers.TryBind(definition, Table, errors)
            ? () => new BoundServer(definition, Table.Realms.First(realm => realm.Name == definition.Realm))
            : null;
    }

    /// <summary>Takes over the configuration as it is now; if it is wrong, nothing changes. Never throws.</summary>
    public void Reload()
    {
        RealmLoader? loader;

        // Channels follow first, then the change is logged.
        using (DeferringLock.DeferUntilDisposed())
        {
            using (_loading.EnterScope())
            {
                if (_isDisposed)
                {
                    return;
                }

                loader = TryReload();
            }

            if (loader is not null)
            {
                BestEffort.Run(() => Interlocked.Exchange(ref _changed, new CancellationTokenSource()).Cancel());
                loader.AnnounceToChannels();
                loader.Release(Table);
            }
        }

        if (_isDisposed)
        {
            DisposeRealms();
        }

        // Outside the lock, for those who listen may ask for what has changed.
        loader?.Announce();
    }

    public void Dispose()
    {
        // Without waiting: a reload may hang with the disk the files are on. It sees the flag when it ends.
        _isDisposed = true;
        ThreadPool.UnsafeQueueUserWorkItem(static subscriptions => subscriptions.ForEach(subscription => subscription.Dispose()), _subscriptions, preferLocal: false);
        _retry.Dispose();
        DisposeRealms();
    }

    private void DisposeRealms()
    {
        foreach (var realm in AllRealms)
        {
            realm.Rotation?.Dispose();
        }
    }

    /// <returns>What came into force; <see langword="null"/> if nothing did.</returns>
    private RealmLoader? TryReload()
    {
        var errors = new ConfigurationErrors();
        var isSound = false;
        try
        {
            var (options, configuration) = Compile(errors);
            isSound = errors.Count == 0;
            var loader = new RealmLoader(Table, isStart: false, errors, _debouncers, _timeProvider, _logger, _meter);
            var table = errors.IsFull ? Table : loader.Load(configuration, options.ClientAddresses);
            _servers.Check(table, configuration, loader.NewIdentityOf, errors);
            if (options.IsChanging || loader.IsChanging)
            {
                // Also where there are errors: all of them are told at once.
                if (!loader.IsChanging || !_debouncers.Values.Any(debouncer => debouncer.HasTimedOut))
                {
                    // Of a source that is restless, the source tells.
                    _retry.Change(FileMonitor.QuietPeriod, Timeout.InfiniteTimeSpan);
                    return null;
                }

                errors.Add(ErrorCode.UnusableFile, ConfigKeys.Realms, null, "the files of new realms do not stop changing", "Write each to a temporary name first, then rename it");
            }

            if (errors.Count == 0)
            {
                Apply(table, options, loader, errors);
                return loader;
            }
        }
        catch (Exception exception)
        {
            // Code that configures may throw whatever it likes, and fare better another time.
            isSound = true;
            errors.Add(ErrorCode.Exception, "AddEndpointMtls", null, $"threw {exception.GetType().Name}: {exception.Message.TrimEnd('.')}");
        }

        Refuse(errors.ToString(), isSound);
        return null;
    }

    private (EndpointMtlsOptions Options, CompiledConfiguration Configuration) Compile(ConfigurationErrors errors)
    {
        var options = _optionsFactory.Create(Options.DefaultName);
        return (options, new RealmCompiler(errors).Compile(options));
    }

    private void Apply(RealmTable table, EndpointMtlsOptions options, RealmLoader loader, ConfigurationErrors errors)
    {
        var before = _snapshot;
        _debouncers.Clear();
        _retry.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        loader.Commit();
        _snapshot = new RegistrySnapshot(table, options, Failure: null);
        _report.Warn(errors.Warnings);
        if (!loader.IsStart)
        {
            _report.Applied(before.Table, table, loader, before.Failure is not null);
        }
    }

    private void Refuse(string failure, bool isSound)
    {
        // What a source says wrongly it will say again until it has changed. But files that it names may be on their way.
        _debouncers.Clear();
        _retry.Change(isSound ? RetryInterval : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (failure != _snapshot.Failure)
        {
            _snapshot = _snapshot with { Failure = failure };
            _report.Refused(failure);
        }
    }

    private sealed record RegistrySnapshot(RealmTable Table, EndpointMtlsOptions Options, string? Failure);
}
