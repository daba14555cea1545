using EndpointMtls.Configuration;
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
    private readonly Lock _loading = new();
    private readonly List<IDisposable> _subscriptions = [];
    private readonly ITimer _retry;
    private CancellationTokenSource _changed = new();
    private HashSet<string> _warned = [];
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
        _logger = loggerFactory.CreateLogger<RealmTable>();
        _retry = DetachedTimer.Create(timeProvider, Reload);
        _snapshot = new RegistrySnapshot(new RealmTable([]), new EndpointMtlsOptions(), Failure: null);

        var ours = sources.Where(source => (source.Name ?? Options.DefaultName) == Options.DefaultName).ToList();
        var tokens = ours.ConvertAll(source => source.GetChangeToken());
        var errors = new ConfigurationErrors();
        var step = Prepare(errors);
        errors.ThrowIfAny();
        Apply(step, errors);
        Observe();
        _subscriptions.AddRange(ours.Select(source => ChangeToken.OnChange(source.GetChangeToken, Reload)));
        if (tokens.Exists(token => token.HasChanged))
        {
            // While we loaded, before anybody listened.
            Reload();
        }
    }

    public RealmTable Table => _snapshot.Table;

    /// <summary>The options that are in force.</summary>
    public EndpointMtlsOptions CurrentOptions => _snapshot.Options;

    /// <summary>Why the configuration as it is now could not be taken over; <see langword="null"/> if it was.</summary>
    public string? Failure => _snapshot.Failure;

    /// <summary>Signals when another table is in force.</summary>
    public IChangeToken GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref _changed).Token);

    /// <summary>Takes over the configuration as it is now; if it is wrong, nothing changes. Never throws.</summary>
    public void Reload()
    {
        RealmLoader? loader = null;
        lock (_loading)
        {
            if (_isDisposed)
            {
                return;
            }

            var errors = new ConfigurationErrors();
            try
            {
                var step = Prepare(errors);
                if (errors.Count == 0)
                {
                    Apply(step, errors);
                    loader = step.Loader;
                }
            }
            catch (Exception exception)
            {
                // Code that configures may throw whatever it likes, and so may those who listen to what comes into force.
                errors.Add("AddEndpointMtls", null, $"threw {exception.GetType().Name}: {exception.Message.TrimEnd('.')}");
            }

            if (errors.Count > 0)
            {
                Refuse(errors.ToString());
            }
        }

        if (_isDisposed)
        {
            DisposeRealms();
        }

        // Outside the lock, for those who listen may ask for what has changed.
        if (loader is not null)
        {
            Telling.Safely(() => Interlocked.Exchange(ref _changed, new CancellationTokenSource()).Cancel());
            loader.Announce();
            loader.Release(Table);
        }
    }

    public void Dispose()
    {
        // Without the lock: a reload may hang with the disk the files are on. It sees the flag when it ends.
        _isDisposed = true;
        _subscriptions.ForEach(subscription => subscription.Dispose());
        _retry.Dispose();
        DisposeRealms();
    }

    private void DisposeRealms()
    {
        foreach (var realm in Table.Realms)
        {
            realm.Rotation?.Dispose();
        }
    }

    private (RealmTable Table, EndpointMtlsOptions Options, RealmLoader Loader) Prepare(ConfigurationErrors errors)
    {
        var options = _optionsFactory.Create(Options.DefaultName);
        var definitions = new RealmCompiler(errors).Compile(options);
        var loader = new RealmLoader(Table, errors, _timeProvider, _logger, _meter);
        return (loader.Load(definitions, options.ClientAddresses), options, loader);
    }

    private void Apply((RealmTable Table, EndpointMtlsOptions Options, RealmLoader Loader) step, ConfigurationErrors errors)
    {
        var before = _snapshot;
        step.Loader.Commit();
        _retry.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _snapshot = new RegistrySnapshot(step.Table, step.Options, Failure: null);
        Telling.Safely(() => Tell(before, step.Loader, errors.Warnings));
    }

    private void Refuse(string failure)
    {
        _retry.Change(RetryInterval, Timeout.InfiniteTimeSpan);
        if (failure != _snapshot.Failure)
        {
            _snapshot = _snapshot with { Failure = failure };
            Telling.Safely(() =>
            {
                _meter.Reconfigured("failed");
                _logger.ConfigurationRefused(failure);
            });
        }
    }

    private void Tell(RegistrySnapshot before, RealmLoader loader, IReadOnlyList<string> warnings)
    {
        foreach (var warning in warnings.Where(warning => !_warned.Contains(warning)))
        {
            _logger.ConfigurationWarning(warning);
        }

        _warned = [.. warnings];
        var changes = loader.Added.Count + loader.Changed.Count + loader.Removed.Count;
        if (before.Table.Realms.IsEmpty)
        {
            return;
        }

        if (changes > 0)
        {
            _meter.Reconfigured("applied");
            _logger.ConfigurationChanged(Names(loader.Added), Names(loader.Changed), Names(loader.Removed), Table.Realms.Length - loader.Added.Count - loader.Changed.Count);
        }
        else if (before.Failure is not null)
        {
            _logger.ConfigurationRecovered();
        }
    }

    private static string Names(List<string> names) => names.Count == 0 ? "none" : string.Join(", ", names.Select(name => $"'{name}'"));

    private void Observe() => _meter.Observe(
        () => from realm in Table.Realms
              let identity = realm.Rotation?.InUse.Identity
              where identity is not null
              select (realm.Name, (identity.NotAfter - _timeProvider.GetUtcNow()).TotalSeconds),
        () => from realm in Table.Realms
              let rotation = realm.Rotation
              where rotation is not null
              select (realm.Name, rotation.InUse.Generation));

    private sealed record RegistrySnapshot(RealmTable Table, EndpointMtlsOptions Options, string? Failure);
}
