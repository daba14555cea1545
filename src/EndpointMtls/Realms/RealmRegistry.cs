using EndpointMtls.Async;
using EndpointMtls.Certificates;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Files;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Realms;

/// <summary>The realms of the current configuration. If a reload is rejected, the last valid realms stay.</summary>
internal sealed class RealmRegistry : IDisposable
{
    /// <summary>
    /// How often a rejected configuration is loaded again, if it was rejected only because of files or an exception. The files may
    /// not be deployed yet.
    /// </summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(10);

    private readonly IOptionsFactory<EndpointMtlsOptions> _optionsFactory;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly EndpointMeter _meter;
    private readonly DeferringLock _lock = new();
    private readonly List<IDisposable> _subscriptions = [];
    private readonly ITimer _retry;
    private readonly RegistryReport _report;
    private readonly RunningServers _servers;

    // For realms whose new files were still changing when they were read, by name.
    private readonly Dictionary<string, Debouncer> _debouncers = new(StringComparer.Ordinal);
    private readonly ChangeSignal _changed = new();
    private volatile RegistrySnapshot _snapshot;
    private volatile bool _isDisposed;

    /// <summary>Loads the configuration, and subscribes to its changes. May wait for files: see <see cref="StartupWait"/>.</summary>
    /// <exception cref="OptionsValidationException">The configuration has errors. It lists all of them.</exception>
    public RealmRegistry(
        IOptionsFactory<EndpointMtlsOptions> optionsFactory,
        IEnumerable<IOptionsChangeTokenSource<EndpointMtlsOptions>> sources,
        TimeProvider timeProvider,
        ILoggerFactory loggerFactory,
        EndpointMeter meter,
        StartupWait startup)
    {
        (_optionsFactory, _timeProvider, _meter) = (optionsFactory, timeProvider, meter);
        _logger = DeferringLogger.Create<RealmTable>(loggerFactory);
        (_report, _servers) = (new RegistryReport(_logger, meter), new RunningServers(timeProvider, _logger, meter));
        _retry = DetachedTimer.Create(timeProvider, Reload);
        _snapshot = new RegistrySnapshot(new RealmTable([]), new EndpointMtlsOptions(), timeProvider.GetUtcNow());

        var defaultSources = sources.Where(source => (source.Name ?? Options.DefaultName) == Options.DefaultName).ToList();
        var tokens = defaultSources.ConvertAll(source => source.GetChangeToken());
        var (options, loader, table, errors) = startup.Load(LoadFirst, loaded => loaded.Options.StartupTimeout);
        Apply(table, options, loader, errors);
        meter.ObserveCertificates(
            () => from realm in AllRealms
                  where realm.Rotation is not null
                  from certificate in CertificateExpiry.Of(realm.Rotation!.InUse)
                  select (realm.Name, certificate.What, (certificate.NotAfter - timeProvider.GetUtcNow()).TotalSeconds),
            () => from realm in AllRealms
                  let rotation = realm.Rotation
                  where rotation is not null
                  select (realm.Name, rotation.InUse.Generation));
        _subscriptions.AddRange(defaultSources.Select(source => ChangeToken.OnChange(source.GetChangeToken, Reload)));
        if (tokens.Exists(token => token.HasChanged))
        {
            // The change came during the first load, before the subscription.
            Reload();
        }
    }

    public RealmTable Table => _snapshot.Table;

    /// <summary>The realms of the configuration, and the realms of servers that are configured in code.</summary>
    public IEnumerable<Realm> AllRealms => Table.Realms.Concat(_servers.OwnRealms);

    /// <summary>The listening servers that can no longer use the certificates of their realm.</summary>
    public IEnumerable<string> ServerProblems => _servers.ProblemsIn(Table);

    /// <summary>The options in use.</summary>
    public EndpointMtlsOptions CurrentOptions => _snapshot.Options;

    /// <summary>The errors of the current configuration if it was rejected; otherwise <see langword="null"/>.</summary>
    public string? Failure => _snapshot.Failure;

    public ConfigurationDescription Describe() => _snapshot.Describe(AllRealms);

    /// <summary>Gets a token that signals once, when the table was replaced.</summary>
    public IChangeToken GetChangeToken() => _changed.Token;

    /// <summary>Marks the server in the configuration as listening.</summary>
    /// <returns>Whether the configuration has one.</returns>
    public bool TryUseServer()
    {
        using (_lock.EnterScope())
        {
            return _servers.UsesConfigured |= Table.Server is not null;
        }
    }

    /// <summary>Adds a server that is configured in code.</summary>
    /// <returns>Gets its current state; <see langword="null"/> if there was an error.</returns>
    public Func<BoundServer>? UseServer(ServerDefinition definition, RealmDefinition? ownRealm, ConfigurationErrors errors)
    {
        Func<BoundServer>? getServer;
        using (_lock.EnterScope())
        {
            getServer = ownRealm is null ? Bind() : _servers.Load(definition, ownRealm, Table, errors) is { } own ? () => own : null;
            if (getServer is not null)
            {
                _report.WarnOfServer(errors.Warnings);
            }
        }

        if (_isDisposed)
        {
            DisposeRealms();
        }

        return getServer;

        Func<BoundServer>? Bind() => _servers.TryBind(definition, Table, errors)
            ? () => new BoundServer(definition, Table.Realms.First(realm => realm.Name == definition.Realm))
            : null;
    }

    /// <summary>Applies the current configuration, or rejects it and changes nothing. Never throws.</summary>
    public void Reload()
    {
        RealmLoader? loader;

        // Channels are updated before the change is logged.
        using (DeferringLock.DeferUntilDisposed())
        {
            using (_lock.EnterScope())
            {
                if (_isDisposed)
                {
                    return;
                }

                loader = TryReload();
            }

            if (loader is not null)
            {
                BestEffort.Run(_changed.Signal);
                loader.AnnounceToChannels();
                loader.Release(Table);
            }
        }

        if (_isDisposed)
        {
            DisposeRealms();
        }

        // Outside the lock: callbacks may call this class.
        loader?.Announce();
    }

    public void Dispose()
    {
        // Without the lock: a running reload may hang with its disk. It checks the flag at its end.
        _isDisposed = true;
        ThreadPool.UnsafeQueueUserWorkItem(
            static subscriptions => subscriptions.ForEach(subscription => subscription.Dispose()), _subscriptions, preferLocal: false);
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

    private (EndpointMtlsOptions Options, RealmLoader Loader, RealmTable Table, ConfigurationErrors Errors) LoadFirst(
        ConfigurationErrors errors)
    {
        var (options, configuration) = Compile(errors);
        var loader = new RealmLoader(Table, isStart: true, errors, _debouncers, _timeProvider, _logger, _meter);
        return (options, loader, loader.Load(configuration, options.ClientAddresses), errors);
    }

    /// <returns>The loader of the applied configuration; <see langword="null"/> if none was applied.</returns>
    private RealmLoader? TryReload()
    {
        var errors = new ConfigurationErrors();
        var mayRecover = false;
        try
        {
            var (options, configuration) = Compile(errors);
            mayRecover = errors.Count == 0;
            var loader = new RealmLoader(Table, isStart: false, errors, _debouncers, _timeProvider, _logger, _meter);
            var table = errors.IsFull ? Table : loader.Load(configuration, options.ClientAddresses);
            _servers.Check(table, configuration, loader.NewIdentityOf, errors);
            if (options.IsChanging || loader.IsChanging)
            {
                // Also with errors: all of them are reported together.
                if (!loader.IsChanging || !_debouncers.Values.Any(debouncer => debouncer.HasTimedOut))
                {
                    // A source that does not stop changing reports that itself.
                    _retry.Change(FileMonitor.QuietPeriod, Timeout.InfiniteTimeSpan);
                    return null;
                }

                errors.Add(
                    ErrorCode.UnusableFile,
                    ConfigKeys.Realms,
                    null,
                    "the files of new realms do not stop changing",
                    "Write each file to a temporary name, then rename it");
            }

            if (errors.Count == 0)
            {
                Apply(table, options, loader, errors);
                return loader;
            }
        }
        catch (Exception exception)
        {
            // An exception of the code that configures may be temporary.
            mayRecover = true;
            errors.Add(
                ErrorCode.Exception, "AddEndpointMtls", null,
                $"a configuration callback threw {exception.GetType().Name}: {ExceptionText.Of(exception)}", "Correct the callback");
        }

        Reject(errors, mayRecover);
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
        _snapshot = new RegistrySnapshot(table, options, _timeProvider.GetUtcNow())
        {
            Warnings = [.. errors.Warnings.Select(warning => warning.ToString())],
        };
        _report.Warn(errors.Warnings);
        if (!loader.IsStart)
        {
            _report.Applied(before.Table, table, loader, before.Failure is not null);
        }
    }

    private void Reject(ConfigurationErrors errors, bool mayRecover)
    {
        // Errors in the source itself stay until its next change. Missing or broken files may be replaced without one.
        _debouncers.Clear();
        _retry.Change(mayRecover ? RetryInterval : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var failure = errors.ToString();
        if (failure != _snapshot.Failure)
        {
            _snapshot = _snapshot.Rejected(failure, [.. errors.Lines], _timeProvider.GetUtcNow());
            _report.Rejected(failure);
        }
    }
}
