using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace EndpointMtls.Tests.Realms;

/// <summary>A listed address belongs to its realm. Otherwise the first matching pattern decides.</summary>
public sealed class AddressOrderTests
{
    [Test]
    public void Finds_and_explains_the_same_realm_as_a_linear_search()
    {
        var (listedHits, hits, misses) = (0, 0, 0);
        var configurations =
            (from patterns in Generated.Realms
             from listed in Generated.Addresses.ListOf(patterns.Length)
             select WithoutDuplicates(listed.Distinct(), patterns)).Where(realms => realms.Length > 0);

        Prop.ForAll(configurations.Zip(Generated.Addresses.ListOf(20)).ToArbitrary(), generated =>
        {
            var (realms, addresses) = generated;
            var services = Services(realms);
            var isCorrect = addresses.All(address =>
            {
                var listing = Array.FindIndex(realms, realm => realm.Listed == address);
                var expected = listing >= 0 ? listing : Array.FindIndex(realms, realm => realm.Match.Any(pattern => pattern.Matches(address)));
                listedHits += listing < 0 ? 0 : 1;
                hits += listing < 0 && expected >= 0 ? 1 : 0;
                misses += expected < 0 ? 1 : 0;
                return Finds(services.Factory, address, expected) && Explains(services.Factory, address, expected);
            });
            services.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return isCorrect;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

        listedHits.Should().BeGreaterThan(500);
        hits.Should().BeGreaterThan(5_000);
        misses.Should().BeGreaterThan(5_000);
    }

    // An address that two realms list, or match exactly, is an error.
    private static Entry[] WithoutDuplicates(IEnumerable<EndpointAddress> listed, ImmutableArray<AddressPattern>[] patterns)
    {
        EndpointAddress[] addresses = [.. listed];
        var taken = addresses.ToHashSet();
        return [.. addresses.Zip(patterns, (address, match) => new Entry(address, [.. match.Where(pattern => pattern.Literal is not { } literal || taken.Add(literal))]))];
    }

    private static bool Finds(IEndpointChannelFactory factory, EndpointAddress address, int expected)
    {
        try
        {
            return factory.Describe(address.ToString()).Realm == Name(expected);
        }
        catch (NoMatchingRealmException)
        {
            return expected < 0;
        }
    }

    private static bool Explains(IEndpointChannelFactory factory, EndpointAddress address, int expected)
    {
        var match = factory.Explain(address.ToString());
        return match.Realm == (expected < 0 ? null : Name(expected))
            && match.MatchedBy is null == expected < 0
            && match.Hint is null == expected >= 0
            && match.TriedBefore.All(attempt => !Generated.Pattern(attempt.Pattern).Matches(address))
            && (match.MatchedBy is null || match.IsListed || Generated.Pattern(match.MatchedBy).Matches(address));
    }

    private static string Name(int index) => $"realm {index}";

    private static TestServices Services(Entry[] realms) => TestServices.With(
    [
        .. realms.Select((realm, index) =>
        {
            var options = new RealmOptions { Name = Name(index), Endpoints = { realm.Listed.ToString() } };
            foreach (var pattern in realm.Match)
            {
                options.Match.Add(pattern.Text);
            }

            return options;
        }),
    ]);

    private sealed record Entry(EndpointAddress Listed, ImmutableArray<AddressPattern> Match);
}
