using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;

namespace EndpointMtls.Realms;

/// <summary>Retraces how the realm of an address is found.</summary>
internal sealed class AddressExplanation(RealmMatcher matcher, ImmutableArray<RealmDefinition> realms)
{
    /// <summary>The realm that lists the address, if one does; no pattern is tried then.</summary>
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

    /// <summary>The realm with the first pattern that matches, if there is one.</summary>
    public AddressMatch? Matched(EndpointAddress address) => matcher.Find(address) is not { } found ? null : new AddressMatch
    {
        Address = address.ToString(),
        Realm = realms[found.Realm].Name,
        MatchedBy = found.Pattern.Text,
        MatchedAt = realms[found.Realm].Origin.PathOf($"{ConfigKeys.Match}[{found.Index}]"),
        TriedBefore = Attempts(matcher.Patterns.TakeWhile(placed => placed != found)),
    };

    public AddressMatch Unclaimed(EndpointAddress address, string hint) => new()
    {
        Address = address.ToString(),
        TriedBefore = Attempts(matcher.Patterns),
        Hint = hint,
    };

    private ImmutableArray<AddressMatchAttempt> Attempts(IEnumerable<PlacedPattern> patterns) =>
        [.. patterns.Select(placed => new AddressMatchAttempt { Realm = realms[placed.Realm].Name, Pattern = placed.Pattern.Text })];
}
