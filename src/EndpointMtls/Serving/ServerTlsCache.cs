using System.Runtime.CompilerServices;
using EndpointMtls.Async;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Serving;

/// <summary>The servers of this process: the one in the configuration, and those that are configured in code.</summary>
internal sealed class ServerTlsCache(
    RealmRegistry registry, StartupWait startup, TimeProvider timeProvider, ILoggerFactory loggers, EndpointMeter meter)
{
    private readonly ConditionalWeakTable<ServerTlsOptions, ServerTls> _byOptions = [];
    private readonly DeferringLock _lock = new();
    private readonly RejectionReport _rejections = new(timeProvider, DeferringLogger.Create<ServerTls>(loggers), meter);
    private ServerTls? _configured;

    public ServerTls Get()
    {
        using (_lock.EnterScope())
        {
            return _configured ??= registry.TryUseServer()
                ? Create(() => registry.Table.Server!)
                : throw new InvalidOperationException(
                    $"The configuration has no '{ConfigKeys.Server}'. Add one, or pass {nameof(ServerTlsOptions)}.");
        }
    }

    // The wait for files is outside the lock.
    public ServerTls Get(ServerTlsOptions options) =>
        startup.Load(errors => GetOrCreate(options, errors), _ => registry.CurrentOptions.StartupTimeout)!;

    private ServerTls? GetOrCreate(ServerTlsOptions options, ConfigurationErrors errors)
    {
        using (_lock.EnterScope())
        {
            if (!_byOptions.TryGetValue(options, out var server) && (server = Create(options, errors)) is not null)
            {
                _byOptions.Add(options, server);
            }

            return server;
        }
    }

    private ServerTls? Create(ServerTlsOptions options, ConfigurationErrors errors)
    {
        var (definition, ownRealm) = new ServerCompiler(errors, new RealmOrigin(nameof(ServerTlsOptions))).Compile(options);
        var getServer = errors.Count == 0 ? registry.UseServer(definition, ownRealm, errors) : null;
        return getServer is null ? null : Create(getServer);
    }

    private ServerTls Create(Func<BoundServer> getServer) => new(getServer, registry, timeProvider, _rejections);
}
