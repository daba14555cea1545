using System.Collections.Frozen;
using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Text;

namespace EndpointMtls.Realms;

/// <summary>The realms in order, with an index to find the realm of an address. Immutable.</summary>
internal sealed class RealmTable
{
    private readonly FrozenDictionary<EndpointAddress, Realm> _listed;
    private readonly FrozenDictionary<string, Realm> _groups;
    private readonly FrozenDictionary<string, Realm> _bySource;
    private readonly FrozenDictionary<string, EndpointTarget> _targets;
    private readonly PatternMatcher _matcher;

    public RealmTable(ImmutableArray<Realm> realms, BoundServer? server = null)
    {
        (Realms, Server) = (realms, server);
        _listed = realms
            .SelectMany(realm => realm.Definition.Endpoints, (realm, address) => KeyValuePair.Create(address, realm))
            .ToFrozenDictionary();
        _groups = realms
            .Where(realm => realm.Definition.Group)
            .SelectMany(realm => realm.Definition.Discovered, (realm, target) => KeyValuePair.Create(target.Normal, realm))
            .DistinctBy(pair => pair.Key)
            .ToFrozenDictionary(StringComparer.Ordinal);
        _bySource = realms
            .SelectMany(realm => realm.Definition.Sources, (realm, source) => KeyValuePair.Create(source, realm))
            .DistinctBy(pair => pair.Key)
            .ToFrozenDictionary(StringComparer.Ordinal);
        _targets = realms
            .SelectMany(realm => realm.Definition.Listed)
            .DistinctBy(target => target.Normal)
            .ToFrozenDictionary(target => target.Normal, StringComparer.Ordinal);
        _matcher = new PatternMatcher(realms.Select(realm => realm.Definition.Match));
    }

    public ImmutableArray<Realm> Realms { get; }

    /// <summary>The server in the configuration, or <see langword="null"/>.</summary>
    public BoundServer? Server { get; }

    /// <summary>The realm of all unlisted addresses that a pattern matches, if a single pattern covers them.</summary>
    public Realm? FindCover(AddressPattern pattern) => _matcher.FindCover(pattern) is { } cover ? Realms[cover.Realm] : null;

    /// <summary>The realm of an address: the realm that lists it, otherwise the first realm with a matching pattern.</summary>
    public Realm? Find(EndpointAddress address) =>
        _listed.TryGetValue(address, out var realm) ? realm : _matcher.FindRealm(address) is { } index ? Realms[index] : null;

    /// <summary>The realm of an address, or the realm that lists a DNS name as a group.</summary>
    public Realm? Find(EndpointTarget target) =>
        target is StaticTarget { Address: var address } ? Find(address)
        : _groups.TryGetValue(target.Normal, out var realm) ? realm : null;

    /// <summary>The target as a realm lists it, otherwise the target itself.</summary>
    /// <remarks>The realm decides whether a name is fully qualified, not the caller.</remarks>
    public EndpointTarget AsListed(EndpointTarget target) => _targets.GetValueOrDefault(target.Normal, target);

    /// <summary>The same realm in this table; <see langword="null"/> if it was removed.</summary>
    /// <remarks>
    /// A realm without a name is the same only if its settings are: otherwise it may be another realm that moved to the position.
    /// </remarks>
    public Realm? FindSuccessor(Realm before) =>
        Realms.FirstOrDefault(realm => realm.Name == before.Name) is { } realm
        && (!realm.Definition.HasDefaultName || realm.Provider == before.Provider) ? realm : null;

    /// <summary>The realm of the endpoints that a file or a DNS name lists: the first realm that uses this source.</summary>
    public Realm? FindBySource(string source) => _bySource.GetValueOrDefault(source);

    /// <summary>Explains which realm an address belongs to, by which entry, and which patterns were tried before.</summary>
    public AddressMatch Explain(EndpointAddress address)
    {
        var explanation = new AddressExplanation(_matcher, [.. Realms.Select(realm => realm.Definition)]);
        return explanation.Listed(address) ?? explanation.Matched(address) ?? explanation.NotMatched(address, ExplainNoMatch(address));
    }

    /// <exception cref="InvalidOperationException">There is no realm with that name, or it is plaintext.</exception>
    public RotatingCertificateProvider GetProvider(string name)
    {
        if (Realms.FirstOrDefault(realm => realm.Name == name)?.Provider is { } provider)
        {
            return provider;
        }

        var secured = Realms.Where(realm => !realm.IsPlaintext).Select(realm => $"'{realm.Name}'").ToList();
        var others = secured.Count == 0 ? "" : $", or use one of {string.Join(", ", secured)}";
        throw new InvalidOperationException($"There is no realm '{name}' with a 'tls_config'. Add one{others}.");
    }

    /// <summary>The explanation of an address that no realm matches, with the closest entry.</summary>
    public string ExplainNoMatch(EndpointAddress address)
    {
        var entries = Realms
            .SelectMany(EntriesOf, (realm, entry) => (Entry: entry, Realm: realm.Name))
            .DistinctBy(x => x.Entry)
            .ToDictionary(x => x.Entry, x => x.Realm);
        var closest = Suggestions.Closest(address.ToString(), entries.Keys);
        return $"No realm matches '{address}'. Add it to the 'endpoints' or 'match' of a realm"
            + (closest is null ? "." : $"; the closest entry is '{closest}' of realm '{entries[closest]}'.");

        static IEnumerable<string> EntriesOf(Realm realm) =>
            realm.Definition.Endpoints.Select(endpoint => endpoint.ToString())
                .Concat(realm.Definition.Match.Select(pattern => pattern.Text));
    }

    /// <summary>The explanation of a target that no realm matches.</summary>
    public string ExplainNoMatch(EndpointTarget target) => target is StaticTarget { Address: var address }
        ? ExplainNoMatch(address)
        : $"'{target.Text}' is a discovery address, and no realm lists it as a group. List it in a realm with '{ConfigKeys.Group}: true'. "
            + $"For a channel to each address, use {nameof(IEndpointSet)}.";
}
