using System.Collections.Immutable;
using EndpointMtls.Configuration;

namespace EndpointMtls.Realms;

/// <summary>What servers that listen depend on: no change of the configuration may take it away.</summary>
internal sealed class ServersInUse
{
    private ImmutableList<ServerDefinition> _definitions = [];

    /// <summary>Whether the server of the configuration listens.</summary>
    public bool UsesConfigured { get; set; }

    /// <summary>The realms of servers that code describes with files of their own.</summary>
    public ImmutableList<Realm> OwnRealms { get; private set; } = [];

    public void Add(ServerDefinition definition) => _definitions = _definitions.Add(definition);

    public void Add(Realm ownRealm) => OwnRealms = OwnRealms.Add(ownRealm);

    /// <summary>Adds an error for everything that a configuration would take away.</summary>
    public void Check(RealmTable after, CompiledConfiguration configuration, ConfigurationErrors errors)
    {
        if (UsesConfigured && configuration.Server is null)
        {
            errors.Add(ConfigKeys.Server, null, "is gone, and a server listens by it", "Put it back, or restart without that server");
        }

        foreach (var definition in _definitions)
        {
            Server.Bind(definition, after.Realms, errors);
        }

        foreach (var name in OwnRealms.Select(realm => realm.Name).Intersect(after.Realms.Select(realm => realm.Name)))
        {
            errors.Add(ConfigKeys.Realms, null, $"'{name}' is the name of a server that code describes", "Names identify realms in logs and metrics: choose another");
        }
    }
}
