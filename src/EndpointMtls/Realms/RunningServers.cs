using System.Collections.Immutable;
using EndpointMtls.Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Telemetry;
using EndpointMtls.Text;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Realms;

/// <summary>The servers that listen. A reload that would remove what they depend on is rejected.</summary>
/// <remarks>To be changed under the lock of the registry.</remarks>
internal sealed class RunningServers(TimeProvider timeProvider, ILogger logger, EndpointMeter meter)
{
    private const string Fix = "A running server uses it. Restore it, or restart the process without that server";
    private const string DuplicateNameFix = "Choose another name: names identify realms and servers in logs and metrics";

    // Metrics and health checks read these without the lock.
    private volatile ImmutableList<ServerDefinition> _bound = [];
    private volatile ImmutableList<Realm> _ownRealms = [];

    /// <summary>Whether the server in the configuration listens.</summary>
    public bool UsesConfigured { get; set; }

    /// <summary>The realms of servers that are configured in code with their own files.</summary>
    public ImmutableList<Realm> OwnRealms => _ownRealms;

    /// <summary>Adds a server that uses the certificates of a realm.</summary>
    /// <returns>Whether it was added. If not, there is an error.</returns>
    public bool TryBind(ServerDefinition definition, RealmTable table, ConfigurationErrors errors)
    {
        var isBound = BoundServer.Bind(definition, table.Realms, errors) is not null;
        _bound = isBound ? _bound.Add(definition) : _bound;
        return isBound;
    }

    /// <summary>Adds a server with its own files, and loads them.</summary>
    /// <returns><see langword="null"/> if there was an error.</returns>
    public BoundServer? Load(ServerDefinition definition, RealmDefinition ownRealm, RealmTable table, ConfigurationErrors errors)
    {
        var (name, before) = (ownRealm.Name, errors.Count);
        if (table.Realms.Concat(_ownRealms).Any(realm => realm.Name == name))
        {
            var problem = $"'{Snippet.Truncate(name)}' is the name of a realm, or of another server";
            ownRealm.Origin.AddError(errors, ErrorCode.Duplicate, ConfigKeys.Name, problem, DuplicateNameFix);
        }

        if (CertificateSource.Load(ownRealm, errors, timeProvider).Loaded is not { } loaded || errors.Count > before)
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

    /// <summary>The listening servers that can no longer use the certificates of their realm: files change without a reload.</summary>
    public IEnumerable<string> ProblemsIn(RealmTable table) =>
        from definition in UsesConfigured && table.Server is { } server ? _bound.Add(server.Definition) : _bound
        let problem = BoundServer.ProblemOf(definition, table.Realms)
        where problem is not null
        select new ConfigurationError(
            ErrorCode.UnusableRealm, definition.Origin.PathOf(problem.Value.Key), Location: null, problem.Value.Problem, problem.Value.Fix)
            .ToString();

    /// <summary>Adds an error for everything that a listening server uses and that the new configuration lacks.</summary>
    public void Check(
        RealmTable after, CompiledConfiguration configuration, Func<Realm, LocalIdentity?> identityOf, ConfigurationErrors errors)
    {
        if (UsesConfigured && configuration.Server is null)
        {
            errors.Add(
                ErrorCode.InUse, ConfigKeys.Server, null, "was removed, but this server is listening",
                $"Restore '{ConfigKeys.Server}', or restart the process without it");
        }

        foreach (var definition in _bound)
        {
            if (BoundServer.ProblemOf(definition, after.Realms, identityOf) is var (key, problem, _))
            {
                definition.Origin.AddError(errors, ErrorCode.InUse, key, problem, Fix);
            }
        }

        foreach (var realm in after.Realms.Where(realm => _ownRealms.Exists(own => own.Name == realm.Name)))
        {
            var problem = $"'{Snippet.Truncate(realm.Name)}' is the name of a server that is configured in code";
            realm.Definition.Origin.AddError(errors, ErrorCode.Duplicate, ConfigKeys.Name, problem, DuplicateNameFix);
        }
    }
}
