using System.Collections.Immutable;
using EndpointMtls.Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Realms;

/// <summary>The servers that listen, and what they depend on: no change of the configuration may take it away. Used under the lock of the registry.</summary>
internal sealed class RunningServers(TimeProvider timeProvider, ILogger logger, EndpointMeter meter)
{
    private const string Fix = "A server listens by it: put it back, or restart without that server";

    // Read by whoever collects metrics or asks for the health.
    private volatile ImmutableList<ServerDefinition> _bound = [];
    private volatile ImmutableList<Realm> _ownRealms = [];

    /// <summary>Whether the server of the configuration listens.</summary>
    public bool UsesConfigured { get; set; }

    /// <summary>The realms of servers that code describes with files of their own.</summary>
    public ImmutableList<Realm> OwnRealms => _ownRealms;

    /// <summary>Takes a server into use that uses the certificates of a realm.</summary>
    /// <returns>Whether there was no error.</returns>
    public bool TryBind(ServerDefinition definition, RealmTable table, ConfigurationErrors errors)
    {
        var isBound = BoundServer.Bind(definition, table.Realms, errors) is not null;
        _bound = isBound ? _bound.Add(definition) : _bound;
        return isBound;
    }

    /// <summary>Takes a server into use that has files of its own, and loads them.</summary>
    /// <returns><see langword="null"/> if there was an error.</returns>
    public BoundServer? Load(ServerDefinition definition, RealmDefinition ownRealm, RealmTable table, ConfigurationErrors errors)
    {
        var (name, before) = (ownRealm.Name, errors.Count);
        if (table.Realms.Concat(_ownRealms).Any(realm => realm.Name == name))
        {
            ownRealm.Origin.AddError(errors, ErrorCode.Duplicate, ConfigKeys.Name, $"'{Snippet.Truncate(name)}' is the name of a realm, or of another server", "Names identify realms and servers in logs and metrics: choose another");
        }

        if (LoadedFiles.Load(ownRealm, errors, timeProvider).Loaded is not { } loaded || errors.Count > before)
        {
            return null;
        }

        var realm = Realm.Create(loaded, timeProvider, logger, meter);
        if (BoundServer.Bind(definition, [realm], errors) is not { } server)
        {
            return null;
        }

        _ownRealms = _ownRealms.Add(realm);
        realm.Rotation!.Start();
        return server;
    }

    /// <summary>What has become wrong with certificates that servers present: files change without the configuration.</summary>
    public IEnumerable<string> ProblemsIn(RealmTable table) =>
        from definition in UsesConfigured && table.Server is { } server ? _bound.Add(server.Definition) : _bound
        let problem = BoundServer.ProblemOf(definition, table.Realms)
        where problem is not null
        select $"{definition.Origin.PathOf(problem.Value.Key)}: {problem.Value.What}.";

    /// <summary>Adds an error for everything that a configuration would take away.</summary>
    public void Check(RealmTable after, CompiledConfiguration configuration, Func<Realm, ClientIdentity?> identityOf, ConfigurationErrors errors)
    {
        if (UsesConfigured && configuration.Server is null)
        {
            errors.Add(ErrorCode.InUse, ConfigKeys.Server, null, "is gone", Fix);
        }

        foreach (var definition in _bound)
        {
            if (BoundServer.ProblemOf(definition, after.Realms, identityOf) is var (key, what, _))
            {
                definition.Origin.AddError(errors, ErrorCode.InUse, key, what, Fix);
            }
        }

        foreach (var realm in after.Realms.Where(realm => _ownRealms.Exists(own => own.Name == realm.Name)))
        {
            realm.Definition.Origin.AddError(errors, ErrorCode.Duplicate, ConfigKeys.Name, $"'{Snippet.Truncate(realm.Name)}' is the name of a server that code describes", "Names identify realms and servers in logs and metrics: choose another");
        }
    }
}
