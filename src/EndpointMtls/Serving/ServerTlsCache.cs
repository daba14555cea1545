using System.Runtime.CompilerServices;
using EndpointMtls.Async;
using EndpointMtls.Configuration.Compilers;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Serving;

/// <summary>The servers of this process: the configuration's, and those that code describes.</summary>
internal sealed class ServerTlsCache(RealmRegistry registry, TimeProvider timeProvider, ILoggerFactory loggers, EndpointMeter meter)
{
    private readonly ConditionalWeakTable<ServerTlsOptions, ServerTls> _byOptions = [];
    private readonly DeferringLock _making = new();
    private readonly RejectionReport _rejections = new(timeProvider, DeferringLogger.Create<ServerTls>(loggers), meter);
    private ServerTls? _configured;

    public ServerTls Get()
    {
        using (_making.EnterScope())
        {
            return _configured ??= registry.TryUseServer()
                ? Make(() => registry.Table.Server!)
                : throw new InvalidOperationException($"The configuration has no '{ConfigKeys.Server}'. Add one, or say in code what the server presents and whom it lets in.");
        }
    }

    public ServerTls Get(ServerTlsOptions options)
    {
        using (_making.EnterScope())
        {
            if (!_byOptions.TryGetValue(options, out var server))
            {
                _byOptions.Add(options, server = Make(options));
            }

            return server;
        }
    }

    private ServerTls Make(ServerTlsOptions options)
    {
        var errors = new ConfigurationErrors();
        var (definition, ownRealm) = new ServerCompiler(errors, new RealmOrigin(nameof(ServerTlsOptions))).Compile(options);
        var find = errors.Count == 0 ? registry.UseServer(definition, ownRealm, errors) : null;
        errors.ThrowIfAny();
        return Make(find!);
    }

    private ServerTls Make(Func<BoundServer> find) => new(find, registry, timeProvider, _rejections);
}
