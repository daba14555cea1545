using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Holds what realms claim against each other: an address belongs to one realm, and a pattern should be able to match.</summary>
internal sealed class RealmAddresses
{
    private readonly ConfigurationErrors _errors;
    private readonly ImmutableArray<RealmDefinition> _realms;
    private readonly Dictionary<string, Entry> _owners = new(StringComparer.Ordinal);

    private RealmAddresses(ImmutableArray<RealmDefinition> realms, ConfigurationErrors errors)
    {
        // Where a list could not be read in full, the places in it are not known; what is wrong there comes first.
        _errors = errors;
        _realms = [.. realms.Where(realm => !IsWrong(realm, ConfigKeys.Endpoints) && !IsWrong(realm, ConfigKeys.Match))];
    }

    public static void Check(ImmutableArray<RealmDefinition> realms, ConfigurationErrors errors, bool hasEndpointSet)
    {
        var claims = new RealmAddresses(realms, errors);
        foreach (var realm in claims._realms)
        {
            claims.CheckTargets(realm, hasEndpointSet);
            claims.RefuseWhatIsTaken(realm);
        }

        claims.WarnOfShadows();
    }

    /// <summary>Says of each listed target whether the realm can have it.</summary>
    private void CheckTargets(RealmDefinition realm, bool hasEndpointSet)
    {
        var tlsIsKnown = !IsWrong(realm, ConfigKeys.TlsConfig);
        var firstDiscovered = realm.Discovered.FirstOrDefault();
        for (var index = 0; index < realm.Listed.Length; index++)
        {
            var (key, target) = (Key(ConfigKeys.Endpoints, index), realm.Listed[index]);
            if (target is StaticTarget listed && tlsIsKnown && realm.Contradict(listed.Text, listed.Address, listed.UsesTls) is var (what, fix))
            {
                realm.Origin.AddError(_errors, ErrorCode.Conflict, key, what, fix);
            }
            else if (target is DiscoveryTarget && realm.IsStrict)
            {
                realm.Origin.AddError(_errors, ErrorCode.Conflict, key, $"'{Snippet.Truncate(target.Text)}' is a discovery address, and the realm is strict", "Strict endpoints are always used, so they must be known: write 'host:port', or let it not be strict");
            }
            else if (ReferenceEquals(target, firstDiscovered) && !realm.Group && !hasEndpointSet)
            {
                realm.Origin.AddWarning(_errors, ErrorCode.NoEffect, key, $"'{Snippet.Truncate(target.Text)}' is a discovery address, and nobody looks it up", "Call AddEndpointSet(): the set that it registers does");
            }
        }
    }

    private void RefuseWhatIsTaken(RealmDefinition realm)
    {
        for (var index = 0; index < realm.Listed.Length; index++)
        {
            Take(realm.Listed[index].Normal, new Entry(realm, Key(ConfigKeys.Endpoints, index), realm.Listed[index].Text), isListed: true);
        }

        for (var index = 0; index < realm.Match.Length; index++)
        {
            if (realm.Match[index].Literal is { } address)
            {
                Take(address.ToString(), new Entry(realm, Key(ConfigKeys.Match, index), realm.Match[index].Text), isListed: false);
            }
        }
    }

    private void Take(string address, Entry entry, bool isListed)
    {
        // A pattern that repeats its own realm does no harm: that is a warning.
        if (!_owners.TryAdd(address, entry) && (isListed || _owners[address].Realm.Origin != entry.Realm.Origin))
        {
            entry.Realm.Origin.AddError(_errors, ErrorCode.Duplicate, entry.Key, $"'{address}' is already claimed by {_owners[address].Path}", "An address belongs to one realm: remove one of the two");
        }
    }

    private void WarnOfShadows()
    {
        var matcher = new RealmMatcher(_realms.Select(realm => realm.Match));
        foreach (var placed in matcher.Patterns)
        {
            var entry = EntryOf(placed);
            if (ShadowOf(placed) is { } shadow && !IsWrong(entry.Realm, entry.Key))
            {
                entry.Realm.Origin.AddWarning(
                    _errors,
                    ErrorCode.NoEffect, entry.Key,
                    $"'{Snippet.Truncate(entry.Text)}' can never match: '{shadow.Path}' ('{Snippet.Truncate(shadow.Text)}') claims all of it",
                    shadow.Realm.Origin == entry.Realm.Origin ? "Remove it" : "Move it up, or remove it");
            }
        }

        Entry? ShadowOf(PlacedPattern placed) =>
            placed.Pattern.Literal is { } address && _owners[address.ToString()] is var owner && owner != EntryOf(placed) ? owner
            : matcher.FindShadowing(placed) is { } shadow ? EntryOf(shadow) : null;

        Entry EntryOf(PlacedPattern placed) => new(_realms[placed.Realm], Key(ConfigKeys.Match, placed.Index), placed.Pattern.Text);
    }

    private bool IsWrong(RealmDefinition realm, string key) => _errors.AnyAt($"{realm.Origin.Path}.{key}");

    private static string Key(string list, int index) => $"{list}[{index}]";

    /// <summary>What claims something, and where it stands.</summary>
    private sealed record Entry(RealmDefinition Realm, string Key, string Text)
    {
        public string Path => Realm.Origin.PathOf(Key);
    }
}
