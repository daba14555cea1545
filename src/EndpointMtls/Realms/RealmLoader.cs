using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Async;
using EndpointMtls.Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Files;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Realms;

/// <summary>Creates the realms of a configuration, and reuses unchanged ones of the table before.</summary>
/// <remarks>It first loads everything without touching what is in use. <see cref="Commit"/> then applies all of it.</remarks>
internal sealed class RealmLoader(
    RealmTable before,
    bool isStart,
    ConfigurationErrors errors,
    Dictionary<string, Debouncer> debouncers,
    TimeProvider timeProvider,
    ILogger logger,
    EndpointMeter meter)
{
    private readonly Dictionary<string, Realm> _before = before.Realms.ToDictionary(realm => realm.Name, StringComparer.Ordinal);
    private readonly List<Action> _commit = [];
    private readonly List<CertificateRotation> _changedRotations = [];
    private readonly Dictionary<string, LocalIdentity?> _identities = [];

    /// <summary>Whether this is the first load.</summary>
    public bool IsStart => isStart;

    public List<string> Added { get; } = [];

    public List<string> Changed { get; } = [];

    public List<string> Removed { get; } = [];

    /// <summary>Whether files are still changing, so that the load must be repeated.</summary>
    public bool IsChanging { get; private set; }

    /// <summary>Loads what is new. It does not touch anything that is in use.</summary>
    public RealmTable Load(CompiledConfiguration configuration, IEnumerable<string> clientAddresses)
    {
        var areDefinitionsValid = errors.Count == 0;
        ImmutableArray<Realm> realms = [.. configuration.Realms.Select(Load)];
        var table = new RealmTable(realms, configuration.Server is { } server ? Bind(server, realms) : null);
        if (areDefinitionsValid)
        {
            RejectUnmatchedClients(clientAddresses, table);
            RejectDowngrades(table);
        }

        var names = table.Realms.Select(realm => realm.Name).ToHashSet(StringComparer.Ordinal);
        Removed.AddRange(before.Realms.Select(realm => realm.Name).Where(name => !names.Contains(name)));
        return table;
    }

    /// <summary>The certificate in the new files of a realm; <see langword="null"/> if no files of the realm were loaded.</summary>
    public LocalIdentity? NewIdentityOf(Realm realm) => _identities.GetValueOrDefault(realm.Name);

    /// <summary>Applies everything that was loaded. A failed step does not prevent the others.</summary>
    public void Commit() => _commit.ForEach(BestEffort.Run);

    /// <summary>Signals changed realms to their channels.</summary>
    public void AnnounceToChannels() => _changedRotations.ForEach(rotation => rotation.AnnounceToChannels());

    /// <summary>Disposes realms that are no longer in the table. Call it when the new table is published.</summary>
    public void Release(RealmTable after)
    {
        var kept = after.Realms.Select(realm => realm.Provider).ToHashSet();
        foreach (var realm in before.Realms.Where(realm => !kept.Contains(realm.Provider)))
        {
            realm.Provider?.Remove();
        }
    }

    /// <summary>Invokes all other callbacks of changed realms. They may block.</summary>
    public void Announce() => _changedRotations.ForEach(rotation => rotation.AnnounceLater());

    private Realm Load(RealmDefinition definition)
    {
        var old = _before.GetValueOrDefault(definition.Name);
        if (!definition.IsSameAs(old?.Definition))
        {
            (old is null ? Added : Changed).Add(definition.Name);
        }

        if (definition.Tls is not { } tls)
        {
            if (old is not { IsPlaintext: true })
            {
                _commit.Add(() => logger.RealmIsPlaintext(definition.Name, definition.PlaintextReason));
            }

            return new Realm(definition, Rotation: null, Provider: null);
        }

        if (old is not { Rotation: { } rotation })
        {
            return Create(definition);
        }

        if (tls.IsSameAs(old.Definition.Tls))
        {
            _commit.Add(() => rotation.Relocate(definition));
            return old with { Definition = definition };
        }

        // A realm without a name may be another one that moved to this position. The owner of the provider must not get its certificates.
        return definition.HasDefaultName ? Create(definition) : Reconfigure(definition, old, rotation);
    }

    private BoundServer? Bind(ServerDefinition server, ImmutableArray<Realm> realms)
    {
        // For an unchanged server, a certificate that its realm already presents must not block the reload.
        return BoundServer.Bind(server, realms, errors, server.IsSameAs(before.Server?.Definition) ? NewIdentityOf : IdentityOf);

        LocalIdentity? IdentityOf(Realm realm) => NewIdentityOf(realm) ?? realm.Rotation?.InUse.Identity;
    }

    // A truncated file, or a source that was removed, looks the same as an intended change to plaintext.
    private void RejectDowngrades(RealmTable after)
    {
        var secured = before.Realms.Where(realm => !realm.IsPlaintext).Select(realm => realm.Definition).ToList();
        var addresses = secured.SelectMany(realm => realm.Endpoints)
            .Select(address => (Subject: $"'{address}' uses", After: after.Find(address)));
        var patterns = secured.SelectMany(realm => realm.Match)
            .Where(pattern => before.FindCover(pattern) is { IsPlaintext: false })
            .Select(pattern => (Subject: $"addresses that match '{pattern.Text}' use", After: after.FindCover(pattern)));
        var sources = secured.SelectMany(realm => realm.Sources)
            .Where(source => before.FindBySource(source) is { IsPlaintext: false })
            .Select(source => (Subject: $"targets of '{source}' use", After: after.FindBySource(source)));
        var downgraded = addresses.Concat(patterns).Concat(sources)
            .Where(entry => entry.After is { Definition: { Tls: null, IsExplicitPlaintext: false } })
            .DistinctBy(entry => entry.After!.Name);
        foreach (var (subject, realm) in downgraded)
        {
            realm!.Definition.Origin.AddError(
                errors,
                ErrorCode.Downgrade,
                "",
                $"{subject} TLS now, and would become plaintext because realm '{realm.Name}' has no '{ConfigKeys.TlsConfig}'",
                $"If that is intended, set '{ConfigKeys.TlsConfig}: {{ {ConfigKeys.Enabled}: false }}'");
        }
    }

    // The address of each AddEndpointGrpcClient must have a channel.
    private void RejectUnmatchedClients(IEnumerable<string> addresses, RealmTable after)
    {
        const string Key = "AddEndpointGrpcClient";
        foreach (var text in addresses)
        {
            if (!EndpointTarget.TryParse(text, out var target, out var problem))
            {
                errors.Add(ErrorCode.InvalidValue, Key, null, $"'{text}' is not an address: {problem}");
            }
            else if (after.Find(target) is not { } realm)
            {
                errors.Add(ErrorCode.NotFound, Key, null, after.ExplainNoMatch(target).TrimEnd('.'));
            }
            else if (target is StaticTarget { Address: var address, UsesTls: var usesTls }
                && realm.Definition.FindTlsConflict(text, address, usesTls) is var (conflict, fix))
            {
                errors.Add(ErrorCode.Conflict, Key, null, conflict, fix);
            }
        }
    }

    private Realm Reconfigure(RealmDefinition definition, Realm old, CertificateRotation rotation)
    {
        // Files that are already watched are not read here: their rotation decides when to apply them.
        var hasSameFiles = definition.Tls!.HasSameFiles(old.Definition.Tls!);
        var loaded = hasSameFiles ? null : LoadFiles(definition, rotation.FilesInUse);
        if (hasSameFiles || loaded is not null)
        {
            _commit.Add(() =>
            {
                if (rotation.Reconfigure(definition, loaded))
                {
                    _changedRotations.Add(rotation);
                }
            });
        }

        return old with { Definition = definition };
    }

    private Realm Create(RealmDefinition definition)
    {
        if (LoadFiles(definition, inUse: null) is not { } loaded)
        {
            // There are errors, so the table is never published.
            return new Realm(definition, Rotation: null, Provider: null);
        }

        var realm = Realm.Create(loaded, timeProvider, logger, meter);
        _commit.Add(realm.Rotation!.Start);
        return realm;
    }

    private CertificateSource? LoadFiles(RealmDefinition definition, FileCredentials? inUse)
    {
        if (errors.AnyAt(definition.Origin.Path))
        {
            // The files of an invalid realm are not opened: their paths may be the error.
            return null;
        }

        var debouncer = debouncers.GetValueOrDefault(definition.Name) ?? (debouncers[definition.Name] = new Debouncer(timeProvider));
        var (loaded, isChanging) = CertificateSource.Load(definition, errors, timeProvider, isStart ? null : debouncer, inUse);
        IsChanging |= isChanging;
        _identities[definition.Name] = loaded?.Credentials.Identity;
        return loaded;
    }
}
