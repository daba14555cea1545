using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Documents;
using EndpointMtls.Realms;
using EndpointMtls.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace EndpointMtls.Tests.Realms;

public sealed class AddressOrderTests
{
    [Test]
    public void A_listed_address_goes_before_every_pattern_and_patterns_go_in_order()
    {
        var (listedHits, hits, misses) = (0, 0, 0);
        var tables =
            from patterns in Generated.Realms
            from listed in Generated.Addresses.ListOf(patterns.Length)
            select Table(patterns, listed);

        Prop.ForAll(tables.Zip(Generated.Addresses.ListOf(20)).ToArbitrary(), generated =>
        {
            var (table, addresses) = generated;
            return addresses.All(address =>
            {
                var listing = table.Realms.FirstOrDefault(realm => realm.Definition.Endpoints.Contains(address));
                var expected = listing ?? table.Realms.FirstOrDefault(realm => realm.Definition.Match.Any(pattern => pattern.Matches(address)));
                listedHits += listing is null ? 0 : 1;
                hits += listing is null && expected is not null ? 1 : 0;
                misses += expected is null ? 1 : 0;
                return table.Find(address) == expected && Explains(table, address, expected);
            });
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

        listedHits.Should().BeGreaterThan(500);
        hits.Should().BeGreaterThan(5_000);
        misses.Should().BeGreaterThan(5_000);
    }

    private static bool Explains(RealmTable table, EndpointAddress address, Realm? expected)
    {
        var match = table.Explain(address);
        return match.Realm == expected?.Name
            && match.MatchedBy is null == (expected is null)
            && match.Hint is null == (expected is not null)
            && match.TriedBefore.All(attempt => !Generated.Pattern(attempt.Pattern).Matches(address))
            && (match.MatchedBy is null || match.IsListed || Generated.Pattern(match.MatchedBy).Matches(address));
    }

    private static RealmTable Table(ImmutableArray<AddressPattern>[] patterns, IEnumerable<EndpointAddress> listed) => new(
    [
        .. listed.Distinct().Zip(patterns, (address, match) => (address, match)).Select((x, index) => new Realm(
            new RealmDefinition(
                $"realm {index}",
                x.match,
                Tls: null,
                [new StaticTarget(x.address.ToString(), x.address, UsesTls: null)],
                IsStrict: false,
                new RealmOrigin($"realms[{index}]")),
            Rotation: null,
            Provider: null)),
    ]);
}
