using System.Collections.Frozen;
using System.Collections.Immutable;
using EndpointMtls.Configuration;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Realms;

/// <summary>The realms in order, and which of them an address belongs to. Immutable.</summary>
internal sealed class RealmTable
{
    private readonly ImmutableArray<Realm> _realms;
    private readonly FrozenDictionary<EndpointAddress, Realm> _listed;

    private RealmTable(ImmutableArray<Realm> realms)
    {
        _realms = realms;
        _listed = realms
            .SelectMany(realm => realm.Definition.Endpoints, (realm, address) => KeyValuePair.Create(address, realm))
            .ToFrozenDictionary();
    }

    /// <summary>Compiles the options and loads every file they name.</summary>
    /// <exception cref="OptionsValidationException">With everything that is wrong, at once.</exception>
    public static RealmTable Load(EndpointMtlsOptions options, ILoggerFactory loggerFactory)
    {
        var errors = new ConfigurationErrors();
        var definitions = new RealmCompiler(errors).Compile(options);
        var definitionsAreSound = errors.Count == 0;
        var table = new RealmTable([.. definitions.Select(definition => Load(definition, errors))]);
        if (definitionsAreSound)
        {
            table.CheckClients(options.ClientAddresses, errors);
        }

        errors.ThrowIfAny();

        table.Announce(loggerFactory.CreateLogger<RealmTable>());
        return table;
    }

    /// <summary>The realm of an address: the one that lists it, otherwise the first with a pattern that matches.</summary>
    public Realm? Find(EndpointAddress address) =>
        _listed.TryGetValue(address, out var realm)
            ? realm
            : _realms.FirstOrDefault(candidate => candidate.Definition.Match.Any(pattern => pattern.Matches(address)));

    /// <exception cref="InvalidOperationException">There is no realm of that name, or it is plaintext.</exception>
    public RotatingCertificateProvider GetProvider(string name) =>
        _realms.FirstOrDefault(realm => realm.Name == name)?.Provider
        ?? throw new InvalidOperationException(
            $"No realm '{name}' with a 'tls_config'. The realms with one: {string.Join(", ", _realms.Where(realm => realm.Provider is not null).Select(realm => $"'{realm.Name}'"))}.");

    /// <summary>Why no realm claims an address, and what comes nearest to it.</summary>
    public string ExplainMiss(EndpointAddress address)
    {
        var claims = _realms
            .SelectMany(realm => realm.Definition.Endpoints.Select(endpoint => endpoint.ToString()).Concat(realm.Definition.Match.Select(pattern => pattern.Text)),
                (realm, claim) => (claim, realm))
            .DistinctBy(x => x.claim)
            .ToDictionary(x => x.claim, x => x.realm.Name);
        var nearest = Nearest.To(address.ToString(), claims.Keys);
        return $"No realm claims '{address}'. Add it to a realm's 'endpoints' or 'match'"
            + (nearest is null ? "." : $"; nearest: '{claims[nearest]}' ({nearest}).");
    }

    private static Realm Load(RealmDefinition definition, ConfigurationErrors errors)
    {
        // The files of a realm that is wrong already are not opened: their paths may be what is wrong.
        if (definition.Tls is null || errors.AreAt(definition.Origin.Path))
        {
            return new Realm(definition, Provider: null);
        }

        var material = new TlsMaterialLoader(definition.Tls, (key, what, fix) =>
            definition.Origin.AddError(errors, $"{ConfigKeys.TlsConfig}.{key}", $"realm '{definition.Name}': {what}", fix)).Load();

        // Without material, or in a broken realm, there are errors, and the table is never published.
        return new Realm(definition, material is null ? null : new RotatingCertificateProvider(definition.Tls, material));
    }

    private void CheckClients(IEnumerable<string> addresses, ConfigurationErrors errors)
    {
        foreach (var text in addresses)
        {
            if (!EndpointAddress.TryParse(text, out var address, out var problem))
            {
                errors.Add("AddEndpointGrpcClient", null, $"'{text}' is not an address: {problem}");
            }
            else if (Find(address) is null)
            {
                errors.Add("AddEndpointGrpcClient", null, ExplainMiss(address).TrimEnd('.'));
            }
        }
    }

    private void Announce(ILogger logger)
    {
        foreach (var realm in _realms)
        {
            if (realm.Provider is null)
            {
                logger.RealmIsPlaintext(realm.Name);
            }
            else
            {
                realm.Provider.Announce(logger, realm.Name);
            }
        }
    }
}
