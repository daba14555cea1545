using System.Collections.Immutable;
using EndpointMtls.Async;
using EndpointMtls.Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Files;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls.Realms;

/// <summary>Makes the realms of a configuration, and takes over what is the same in the table before: first everything is loaded, then it comes into force.</summary>
internal sealed class RealmLoader(RealmTable before, bool isStart, ConfigurationErrors errors, Dictionary<string, Debouncer> debouncers, TimeProvider timeProvider, ILogger logger, EndpointMeter meter)
{
    private readonly Dictionary<string, Realm> _before = before.Realms.ToDictionary(realm => realm.Name, StringComparer.Ordinal);
    private readonly List<Action> _commit = [];
    private readonly List<CertificateRotation> _changedRotations = [];
    private readonly Dictionary<string, ClientIdentity?> _identities = [];

    /// <summary>Whether nothing was loaded before.</summary>
    public bool IsStart => isStart;

    public List<string> Added { get; } = [];

    public List<string> Changed { get; } = [];

    public List<string> Removed { get; } = [];

    /// <summary>Whether files are still being written, so that another look will tell more.</summary>
    public bool IsChanging { get; private set; }

    /// <summary>Loads what is new. Nothing that is in use is touched.</summary>
    public RealmTable Load(CompiledConfiguration configuration, IEnumerable<string> clientAddresses)
    {
        var definitionsAreSound = errors.Count == 0;
        ImmutableArray<Realm> realms = [.. configuration.Realms.Select(Load)];
        var table = new RealmTable(realms, configuration.Server is { } server ? BoundServer.Bind(server, realms, errors, server.IsSameAs(before.Server?.Definition) ? NewIdentityOf : IdentityOf) : null);
        if (definitionsAreSound)
        {
            table.CheckClients(clientAddresses, errors);
            RefuseSilentPlaintext(table);
        }

        var names = table.Realms.Select(realm => realm.Name).ToHashSet(StringComparer.Ordinal);
        Removed.AddRange(before.Realms.Select(realm => realm.Name).Where(name => !names.Contains(name)));
        return table;
    }

    /// <summary>What a realm will present by its new files. What it presents already is in use, whatever becomes of the rest.</summary>
    public ClientIdentity? NewIdentityOf(Realm realm) => _identities.GetValueOrDefault(realm.Name);

    private ClientIdentity? IdentityOf(Realm realm) => NewIdentityOf(realm) ?? realm.Rotation?.InUse.Identity;

    /// <summary>Brings what was loaded into force, all of it: half a change would be worse than any failure.</summary>
    public void Commit() => _commit.ForEach(BestEffort.Run);

    /// <summary>Moves the channels of realms that have changed.</summary>
    public void AnnounceToChannels() => _changedRotations.ForEach(rotation => rotation.AnnounceToChannels());

    /// <summary>Lets go of what is in force no more. To be done when nobody is given it any more.</summary>
    public void Release(RealmTable after)
    {
        var kept = after.Realms.Select(realm => realm.Provider).ToHashSet();
        foreach (var realm in before.Realms.Where(realm => !kept.Contains(realm.Provider)))
        {
            realm.Provider?.Remove();
        }
    }

    /// <summary>Tells everybody else. They may take their time.</summary>
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

        // A realm that is called by its place may be another one by now: whoever holds its provider must not become somebody else.
        return definition.HasDefaultName ? Create(definition) : Reconfigure(definition, old, rotation);
    }

    // A file that breaks off early, or a source that is gone, looks just like a wish for plaintext.
    private void RefuseSilentPlaintext(RealmTable after)
    {
        var secured = before.Realms.Where(realm => !realm.IsPlaintext).Select(realm => realm.Definition).ToList();
        var claims = secured.SelectMany(realm => realm.Endpoints).Select(address => (Text: address.ToString(), After: after.Find(address)))
            .Concat(secured.SelectMany(realm => realm.Match).Where(pattern => before.FindCover(pattern) is { IsPlaintext: false }).Select(pattern => (pattern.Text, After: after.FindCover(pattern))))
            .Concat(secured.SelectMany(realm => realm.Sources).Where(source => before.FindDiscoverer(source) is { IsPlaintext: false }).Select(source => (source, After: after.FindDiscoverer(source))));
        foreach (var (text, realm) in claims.Where(claim => claim.After is { Definition: { Tls: null, IsExplicitPlaintext: false } }).DistinctBy(claim => claim.After!.Name))
        {
            realm!.Definition.Origin.AddError(
                errors, ErrorCode.Downgrade, "", $"'{text}' is secured by TLS now, and would become plaintext in realm '{realm.Name}' only because that has no '{ConfigKeys.TlsConfig}'",
                $"If that is meant, write '{ConfigKeys.TlsConfig}: {{ {ConfigKeys.Enabled}: false }}'");
        }
    }

    private Realm Reconfigure(RealmDefinition definition, Realm old, CertificateRotation rotation)
    {
        // Files that are looked at already are not read here: whether they count is decided by those who watch them.
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
            // The table is never published.
            return new Realm(definition, Rotation: null, Provider: null);
        }

        var realm = Realm.Create(loaded, timeProvider, logger, meter);
        _commit.Add(realm.Rotation!.Start);
        return realm;
    }

    private LoadedFiles? LoadFiles(RealmDefinition definition, TlsFiles? inUse)
    {
        if (errors.AnyAt(definition.Origin.Path))
        {
            // The files of a realm that is wrong already are not opened: their paths may be what is wrong.
            return null;
        }

        var debouncer = debouncers.GetValueOrDefault(definition.Name) ?? (debouncers[definition.Name] = new Debouncer(timeProvider));
        var (loaded, isChanging) = LoadedFiles.Load(definition, errors, timeProvider, isStart ? null : debouncer, inUse);
        IsChanging |= isChanging;
        _identities[definition.Name] = loaded?.Content.Identity;
        return loaded;
    }
}
