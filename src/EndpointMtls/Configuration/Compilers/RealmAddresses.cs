using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Text;

namespace EndpointMtls.Configuration.Compilers;

/// <summary>Checks the addresses of all realms: an address belongs to one realm, and every pattern can match.</summary>
internal sealed class RealmAddresses
{
    private readonly ConfigurationErrors _errors;
    private readonly ImmutableArray<RealmDefinition> _realms;
    private readonly Dictionary<string, Entry> _owners = new(StringComparer.Ordinal);

    private RealmAddresses(ImmutableArray<RealmDefinition> realms, ConfigurationErrors errors)
    {
        // If a list has errors, the indexes of its items are unknown: those errors are reported first.
        _errors = errors;
        _realms = [.. realms.Where(realm => !HasErrors(realm, ConfigKeys.Endpoints) && !HasErrors(realm, ConfigKeys.Match))];
    }

    public static void Check(ImmutableArray<RealmDefinition> realms, ConfigurationErrors errors)
    {
        var addresses = new RealmAddresses(realms, errors);
        foreach (var realm in addresses._realms)
        {
            addresses.CheckTargets(realm);
            addresses.RejectDuplicates(realm);
        }

        addresses.WarnOfShadowedPatterns();
    }

    private void CheckTargets(RealmDefinition realm)
    {
        var tlsIsKnown = !HasErrors(realm, ConfigKeys.TlsConfig);
        for (var index = 0; index < realm.Listed.Length; index++)
        {
            var (key, target) = (Key(ConfigKeys.Endpoints, index), realm.Listed[index]);
            if (target is StaticTarget listed && tlsIsKnown
                && realm.FindTlsConflict(listed.Text, listed.Address, listed.UsesTls) is var (what, fix))
            {
                realm.Origin.AddError(_errors, ErrorCode.Conflict, key, what, fix);
            }
            else if (target is DiscoveryTarget && realm.IsStrict)
            {
                realm.Origin.AddError(
                    _errors, ErrorCode.Conflict, key,
                    $"'{Snippet.Truncate(target.Text)}' is a discovery address, which a strict realm cannot have",
                    $"Write 'host:port', or remove '{ConfigKeys.Mode}: strict'");
            }
        }
    }

    private void RejectDuplicates(RealmDefinition realm)
    {
        for (var index = 0; index < realm.Listed.Length; index++)
        {
            var target = realm.Listed[index];
            Add(target.Normal, new Entry(realm, Key(ConfigKeys.Endpoints, index), target.Text), isListed: true);
        }

        for (var index = 0; index < realm.Match.Length; index++)
        {
            if (realm.Match[index].Literal is { } address)
            {
                Add(address.ToString(), new Entry(realm, Key(ConfigKeys.Match, index), realm.Match[index].Text), isListed: false);
            }
        }
    }

    private void Add(string address, Entry entry, bool isListed)
    {
        // A pattern that repeats an address of its own realm is only a warning.
        if (!_owners.TryAdd(address, entry) && (isListed || _owners[address].Realm.Origin != entry.Realm.Origin))
        {
            var isSameRealm = _owners[address].Realm.Origin == entry.Realm.Origin;
            entry.Realm.Origin.AddError(
                _errors, ErrorCode.Duplicate, entry.Key, $"'{address}' is already in {_owners[address].Path}",
                isSameRealm ? "Remove one of the two" : "Remove one of the two: an address belongs to only one realm");
        }
    }

    private void WarnOfShadowedPatterns()
    {
        var matcher = new PatternMatcher(_realms.Select(realm => realm.Match));
        foreach (var placed in matcher.Patterns)
        {
            var entry = EntryOf(placed);
            if (ShadowOf(placed) is { } shadow && !HasErrors(entry.Realm, entry.Key))
            {
                entry.Realm.Origin.AddWarning(
                    _errors, ErrorCode.NoEffect, entry.Key,
                    $"'{Snippet.Truncate(entry.Text)}' can never match: '{shadow.Path}' ('{Snippet.Truncate(shadow.Text)}') "
                    + "matches the same addresses first",
                    shadow.Realm.Origin == entry.Realm.Origin ? "Remove it" : "Remove it, or move its realm up");
            }
        }

        Entry? ShadowOf(PlacedPattern placed) =>
            placed.Pattern.Literal is { } address && _owners[address.ToString()] is var owner && owner != EntryOf(placed) ? owner
            : matcher.FindShadowing(placed) is { } shadow ? EntryOf(shadow) : null;

        Entry EntryOf(PlacedPattern placed) => new(_realms[placed.Realm], Key(ConfigKeys.Match, placed.Index), placed.Pattern.Text);
    }

    private bool HasErrors(RealmDefinition realm, string key) => _errors.AnyAt($"{realm.Origin.Path}.{key}");

    private static string Key(string list, int index) => $"{list}[{index}]";

    /// <summary>A listed address or a pattern, and its key in the realm.</summary>
    private sealed record Entry(RealmDefinition Realm, string Key, string Text)
    {
        public string Path => Realm.Origin.PathOf(Key);
    }
}
