using System.Collections.Frozen;
using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Realms;

/// <summary>The realms in order, and which of them an address belongs to. Immutable.</summary>
internal sealed class RealmTable
{
    private readonly FrozenDictionary<EndpointAddress, Realm> _listed;
    private readonly FrozenDictionary<string, Realm> _groups;
    private readonly FrozenDictionary<string, Realm> _discoverers;
    private readonly FrozenDictionary<string, EndpointTarget> _targets;
    private readonly RealmMatcher _matcher;

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
        _discoverers = realms
            .SelectMany(realm => realm.Definition.Sources, (realm, source) => KeyValuePair.Create(source, realm))
            .DistinctBy(pair => pair.Key)
            .ToFrozenDictionary(StringComparer.Ordinal);
        _targets = realms
            .SelectMany(realm => realm.Definition.Listed)
            .DistinctBy(target => target.Normal)
            .ToFrozenDictionary(target => target.Normal, StringComparer.Ordinal);
        _matcher = new RealmMatcher(realms.Select(realm => realm.Definition.Match));
    }

    public ImmutableArray<Realm> Realms { get; }

    /// <summary>The server of the configuration, if it has one.</summary>
    public BoundServer? Server { get; }

    /// <summary>The realm that claims whatever a pattern matches, as far as it is not listed.</summary>
    public Realm? FindCover(AddressPattern pattern) => _matcher.FindCover(pattern) is { } found ? Realms[found.Realm] : null;

    /// <summary>The realm of an address: the one that lists it, otherwise the first with a pattern that matches.</summary>
    public Realm? Find(EndpointAddress address) =>
        _listed.TryGetValue(address, out var realm) ? realm : _matcher.FindRealm(address) is { } found ? Realms[found] : null;

    /// <summary>The realm of an address, or of a name to look up that it lists as a group.</summary>
    public Realm? Find(EndpointTarget target) =>
        target is StaticTarget { Address: var address } ? Find(address)
        : _groups.TryGetValue(target.Normal, out var realm) ? realm : null;

    /// <summary>A target as a realm lists it, if one does: whether a name is a full one is for the realm to say, not for who asks.</summary>
    public EndpointTarget AsListed(EndpointTarget target) => _targets.GetValueOrDefault(target.Normal, target);

    /// <summary>The realm that goes on where another was; <see langword="null"/> if none does.</summary>
    /// <remarks>One that is called by its place, and has other settings, may be a realm that has moved there: nothing of the other must become its own.</remarks>
    public Realm? FindSuccessor(Realm before) =>
        Realms.FirstOrDefault(realm => realm.Name == before.Name) is { } realm && (!realm.Definition.HasDefaultName || realm.Provider == before.Provider) ? realm : null;

    /// <summary>The realm that has what is discovered by a file or a name: the first that names it.</summary>
    public Realm? FindDiscoverer(string source) => _discoverers.GetValueOrDefault(source);

    /// <summary>Which realm an address belongs to, what claims it, and what was tried before.</summary>
    public AddressMatch Explain(EndpointAddress address)
    {
        var explanation = new AddressExplanation(_matcher, [.. Realms.Select(realm => realm.Definition)]);
        return explanation.Listed(address) ?? explanation.Matched(address) ?? explanation.Unclaimed(address, ExplainMiss(address));
    }

    /// <exception cref="InvalidOperationException">There is no realm of that name, or it is plaintext.</exception>
    public RotatingCertificateProvider GetProvider(string name) =>
        Realms.FirstOrDefault(realm => realm.Name == name)?.Provider
        ?? throw new InvalidOperationException(
            $"No realm '{name}' with a 'tls_config'. The realms with one: {string.Join(", ", Realms.Where(realm => !realm.IsPlaintext).Select(realm => $"'{realm.Name}'"))}.");

    /// <summary>Why no realm claims an address, and what comes nearest to it.</summary>
    public string ExplainMiss(EndpointAddress address)
    {
        var claims = Realms
            .SelectMany(realm => realm.Definition.Endpoints.Select(endpoint => endpoint.ToString()).Concat(realm.Definition.Match.Select(pattern => pattern.Text)),
                (realm, claim) => (claim, realm))
            .DistinctBy(x => x.claim)
            .ToDictionary(x => x.claim, x => x.realm.Name);
        var nearest = Suggestions.Closest(address.ToString(), claims.Keys);
        return $"No realm claims '{address}'. Add it to a realm's 'endpoints' or 'match'"
            + (nearest is null ? "." : $"; nearest: '{claims[nearest]}' ({nearest}).");
    }

    /// <summary>Why no realm claims what was asked for.</summary>
    public string ExplainMiss(EndpointTarget target) => target is StaticTarget { Address: var address }
        ? ExplainMiss(address)
        : $"'{target.Text}' is a discovery address, and no realm lists it as a group. List it in a realm with '{ConfigKeys.Group}: true'; for one channel to each address, take what is found from {nameof(IEndpointSet)}.";

    /// <summary>Adds an error for each client whose address cannot be dialled.</summary>
    public void CheckClients(IEnumerable<string> addresses, ConfigurationErrors errors)
    {
        foreach (var text in addresses)
        {
            if (!EndpointTarget.TryParse(text, out var target, out var problem))
            {
                errors.Add(ErrorCode.InvalidValue, "AddEndpointGrpcClient", null, $"'{text}' is not an address: {problem}");
            }
            else if (Find(target) is not { } realm)
            {
                errors.Add(ErrorCode.NotFound, "AddEndpointGrpcClient", null, ExplainMiss(target).TrimEnd('.'));
            }
            else if (target is StaticTarget { Address: var address, UsesTls: var saysTls } && realm.Definition.Contradict(text, address, saysTls) is var (what, fix))
            {
                errors.Add(ErrorCode.Conflict, "AddEndpointGrpcClient", null, what, fix);
            }
        }
    }
}
