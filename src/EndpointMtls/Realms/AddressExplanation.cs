using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;

namespace EndpointMtls.Realms;

/// <summary>Explains which realm an address belongs to, and which patterns were tried.</summary>
internal sealed class AddressExplanation(PatternMatcher matcher, ImmutableArray<RealmDefinition> realms)
{
    /// <summary>The realm that lists the address, or <see langword="null"/>. Listed addresses need no pattern.</summary>
    public AddressMatch? Listed(EndpointAddress address)
    {
        foreach (var realm in realms)
        {
            for (var index = 0; index < realm.Listed.Length; index++)
            {
                if (realm.Listed[index] is StaticTarget target && target.Address == address)
                {
                    return new AddressMatch
                    {
                        Address = address.ToString(),
                        Realm = realm.Name,
                        MatchedBy = target.Text,
                        MatchedAt = realm.Origin.PathOf($"{ConfigKeys.Endpoints}[{index}]"),
                        IsListed = true,
                    };
                }
            }
        }

        return null;
    }

    /// <summary>The realm with the first pattern that matches, or <see langword="null"/>.</summary>
    public AddressMatch? Matched(EndpointAddress address) => matcher.Find(address) is not { } first ? null : new AddressMatch
    {
        Address = address.ToString(),
        Realm = realms[first.Realm].Name,
        MatchedBy = first.Pattern.Text,
        MatchedAt = realms[first.Realm].Origin.PathOf($"{ConfigKeys.Match}[{first.Index}]"),
        TriedBefore = Attempts(matcher.Patterns.TakeWhile(placed => placed != first)),
    };

    /// <summary>The explanation of an address that no realm matches.</summary>
    public AddressMatch NotMatched(EndpointAddress address, string hint) => new()
    {
        Address = address.ToString(),
        TriedBefore = Attempts(matcher.Patterns),
        Hint = hint,
    };

    private ImmutableArray<AddressMatchAttempt> Attempts(IEnumerable<PlacedPattern> patterns) =>
        [.. patterns.Select(placed => new AddressMatchAttempt { Realm = realms[placed.Realm].Name, Pattern = placed.Pattern.Text })];
}
