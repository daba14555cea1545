using System.Collections.Immutable;
using EndpointMtls.Configuration;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Realms;

/// <summary>Makes the realms of a configuration, and takes over what is the same in the table before: first everything is loaded, then it comes into force.</summary>
internal sealed class RealmLoader(RealmTable before, ConfigurationErrors errors, TimeProvider timeProvider, ILogger logger, EndpointMeter meter)
{
    private readonly Dictionary<string, Realm> _before = before.Realms.ToDictionary(realm => realm.Name, StringComparer.Ordinal);
    private readonly List<Action> _commit = [];
    private readonly List<CertificateRotation> _changedRotations = [];

    public List<string> Added { get; } = [];

    public List<string> Changed { get; } = [];

    public List<string> Removed { get; } = [];

    /// <summary>Loads what is new. Nothing that is in use is touched.</summary>
    public RealmTable Load(ImmutableArray<RealmDefinition> definitions, IEnumerable<string> clientAddresses)
    {
        var definitionsAreSound = errors.Count == 0;
        var table = new RealmTable([.. definitions.Select(Load)]);
        if (definitionsAreSound)
        {
            table.CheckClients(clientAddresses, errors);
        }

        var names = table.Realms.Select(realm => realm.Name).ToHashSet(StringComparer.Ordinal);
        Removed.AddRange(before.Realms.Select(realm => realm.Name).Where(name => !names.Contains(name)));
        return table;
    }

    /// <summary>Brings what was loaded into force, all of it: half a change would be worse than any failure.</summary>
    public void Commit() => _commit.ForEach(Telling.Safely);

    /// <summary>Tells of what came into force.</summary>
    public void Announce() => _changedRotations.ForEach(rotation => rotation.Announce());

    /// <summary>Lets go of what is in force no more. To be done when nobody is given it any more.</summary>
    public void Release(RealmTable after)
    {
        var kept = after.Realms.Select(realm => realm.Provider).ToHashSet();
        foreach (var realm in before.Realms.Where(realm => !kept.Contains(realm.Provider)))
        {
            realm.Provider?.Remove();
        }
    }

    private Realm Load(RealmDefinition definition)
    {
        var old = _before.GetValueOrDefault(definition.Name);
        var isSame = definition.IsSameAs(old?.Definition);
        if (!isSame)
        {
            (old is null ? Added : Changed).Add(definition.Name);
        }

        if (definition.Tls is not { } tls)
        {
            if (old is not { IsPlaintext: true })
            {
                _commit.Add(() => logger.RealmIsPlaintext(definition.Name));
            }

            return new Realm(definition, Rotation: null, Provider: null);
        }

        if (old is not { Rotation: { } rotation })
        {
            return Create(definition);
        }

        // A realm that is called by its place may be another one by now: whoever holds its provider must not become somebody else.
        return tls.IsSameAs(old.Definition.Tls) ? old with { Definition = Relocate(definition, rotation) }
            : definition.IsCalledByPlace ? Create(definition)
            : old with { Definition = Reconfigure(definition, rotation) };
    }

    private RealmDefinition Relocate(RealmDefinition definition, CertificateRotation rotation)
    {
        _commit.Add(() => rotation.Relocate(definition));
        return definition;
    }

    private RealmDefinition Reconfigure(RealmDefinition definition, CertificateRotation rotation)
    {
        if (LoadFiles(definition) is { } loaded)
        {
            _commit.Add(() =>
            {
                if (rotation.Reconfigure(loaded))
                {
                    _changedRotations.Add(rotation);
                }
            });
        }

        return definition;
    }

    private Realm Create(RealmDefinition definition)
    {
        if (LoadFiles(definition) is not { } loaded)
        {
            // There are errors, and the table is never published.
            return new Realm(definition, Rotation: null, Provider: null);
        }

        var rotation = new CertificateRotation(loaded, timeProvider, new RotationReport(definition.Name, timeProvider, logger, meter));
        _commit.Add(rotation.Start);
        return new Realm(definition, rotation, new RotatingCertificateProvider(definition.Name, rotation, timeProvider));
    }

    // The files of a realm that is wrong already are not opened: their paths may be what is wrong.
    private LoadedTls? LoadFiles(RealmDefinition definition) =>
        errors.AreAt(definition.Origin.Path) ? null : LoadedTls.Load(definition, errors, timeProvider, isStart: before.Realms.IsEmpty);
}
