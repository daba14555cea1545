using System.Collections.Frozen;
using System.Collections.Immutable;
using EndpointMtls.Configuration;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointMtls.Realms;

/// <summary>The realms in order, and which of them an address belongs to. Immutable.</summary>
internal sealed class RealmTable : IDisposable
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
    public static RealmTable Load(EndpointMtlsOptions options, TimeProvider timeProvider, ILoggerFactory loggerFactory, EndpointMeter meter)
    {
        var logger = loggerFactory.CreateLogger<RealmTable>();
        var errors = new ConfigurationErrors();
        var definitions = new RealmCompiler(errors).Compile(options);
        var definitionsAreSound = errors.Count == 0;
        var table = new RealmTable([.. definitions.Select(definition => Load(definition, errors, timeProvider, logger, meter))]);
        if (definitionsAreSound)
        {
            table.CheckClients(options.ClientAddresses, errors);
        }

        errors.ThrowIfAny();

        table.Start(timeProvider, logger, meter);
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

    public void Dispose()
    {
        foreach (var realm in _realms)
        {
            realm.Rotation?.Dispose();
        }
    }

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

    private static Realm Load(RealmDefinition definition, ConfigurationErrors errors, TimeProvider timeProvider, ILogger logger, EndpointMeter meter)
    {
        // The files of a realm that is wrong already are not opened: their paths may be what is wrong.
        // Without certificates, or in a broken realm, there are errors, and the table is never published.
        return definition.Tls is not null && !errors.AreAt(definition.Origin.Path)
            && CertificateRotation.Load(definition, errors, timeProvider, new RotationReport(definition.Name, timeProvider, logger, meter)) is { } rotation
            ? new Realm(definition, rotation, new RotatingCertificateProvider(definition, rotation, timeProvider))
            : new Realm(definition, Rotation: null, Provider: null);
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

    private void Start(TimeProvider timeProvider, ILogger logger, EndpointMeter meter)
    {
        foreach (var realm in _realms)
        {
            if (realm.Rotation is { } rotation)
            {
                rotation.Start();
            }
            else
            {
                logger.RealmIsPlaintext(realm.Name);
            }
        }

        var rotating = _realms.Where(realm => realm.Rotation is not null).ToList();
        meter.Observe(
            () => from realm in rotating
                  let identity = realm.Rotation!.InUse.Identity
                  where identity is not null
                  select (realm.Name, (identity.NotAfter - timeProvider.GetUtcNow()).TotalSeconds),
            () => rotating.Select(realm => (realm.Name, realm.Rotation!.InUse.Generation)));
    }
}
