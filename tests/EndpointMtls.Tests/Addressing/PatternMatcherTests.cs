using System.Collections.Immutable;
using EndpointMtls.Addressing;
using EndpointMtls.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using static EndpointMtls.Tests.Support.Generated;

namespace EndpointMtls.Tests.Addressing;

/// <summary>The index gives the same results as a linear search through all patterns.</summary>
public sealed class PatternMatcherTests
{
    private static readonly Config ManyCases = Config.QuickThrowOnFailure.WithMaxTest(5_000);

    [Test]
    public void Finds_the_same_pattern_as_a_linear_search()
    {
        var (hits, misses, contested) = (0, 0, 0);

        Prop.ForAll(Generated.Realms.Zip(Generated.Addresses.ListOf(10)).ToArbitrary(), generated =>
        {
            var (realms, addresses) = generated;
            var matcher = new PatternMatcher(realms);
            return addresses.All(address =>
            {
                var matches = InOrder(realms).Where(placed => placed.Pattern.Matches(address)).ToList();
                hits += matches.Count > 0 ? 1 : 0;
                misses += matches.Count > 0 ? 0 : 1;
                contested += matches.Count > 1 ? 1 : 0;
                return matcher.Find(address) == (matches.Count > 0 ? matches[0] : null);
            });
        }).Check(ManyCases);

        hits.Should().BeGreaterThan(5_000);
        misses.Should().BeGreaterThan(5_000);
        contested.Should().BeGreaterThan(1_000);
    }

    [Test]
    public void A_shadowed_pattern_is_found_for_no_address()
    {
        var shadowed = 0;

        Prop.ForAll(Generated.Realms.Zip(Generated.Addresses.ListOf(20)).ToArbitrary(), generated =>
        {
            var (realms, addresses) = generated;
            var matcher = new PatternMatcher(realms);
            return matcher.Patterns.All(placed =>
            {
                if (matcher.FindShadowing(placed) is not { } shadowing)
                {
                    return true;
                }

                shadowed++;
                return matcher.Patterns.IndexOf(shadowing) < matcher.Patterns.IndexOf(placed)
                    && addresses.Where(placed.Pattern.Matches)
                        .All(address => shadowing.Pattern.Matches(address) && matcher.Find(address) != placed);
            });
        }).Check(ManyCases);

        shadowed.Should().BeGreaterThan(1_000);
    }

    [TestCase("*.example.com", "*.eu.example.com", true)]
    [TestCase("*.example.com", "*.example.com", true)]
    [TestCase("*.example.com", "a.example.com", true)]
    [TestCase("*.example.com", "a.example.com:1", true)]
    [TestCase("*.example.com", "example.com", false)]
    [TestCase("*.example.com", "*.com", false)]
    [TestCase("*.example.com", "*.badexample.com", false)]
    [TestCase("*.example.com:1", "*.eu.example.com", false)]
    [TestCase("*.example.com:1", "*.eu.example.com:1", true)]
    [TestCase("*.example.com:1", "*.eu.example.com:2", false)]
    [TestCase("*", "unix:/run/a", true)]
    [TestCase("*", ":1", true)]
    [TestCase("*", "fd00::/8", true)]
    [TestCase(":1", "a:1", true)]
    [TestCase(":1", "*:1", true)]
    [TestCase(":1", "10.0.0.0/8:1", true)]
    [TestCase(":1", "*", false)]
    [TestCase(":1", "unix:/run/a", false)]
    [TestCase("a", "A.:1", true)]
    [TestCase("a:1", "a", false)]
    [TestCase("10.0.0.0/8", "10.8.0.0/16", true)]
    [TestCase("10.0.0.0/8", "10.0.0.1:1", true)]
    [TestCase("10.8.0.0/16", "10.0.0.0/8", false)]
    [TestCase("10.8.0.0/16", "10.9.0.0/24", false)]
    [TestCase("10.0.0.1/32", "10.0.0.1", true)]
    [TestCase("0.0.0.0/0", "::/0", false)]
    [TestCase("::/0", "fd00::/8", true)]
    [TestCase("unix:/run/a", "unix:///run/a", true)]
    public void An_earlier_pattern_shadows_one_that_it_covers(string earlier, string later, bool expected)
    {
        var matcher = new PatternMatcher([[Pattern(earlier)], [Pattern(later)]]);

        matcher.FindShadowing(matcher.Patterns[1]).HasValue.Should().Be(expected);
        matcher.FindShadowing(matcher.Patterns[0]).Should().BeNull();
    }

    [Test]
    public void Finds_the_first_of_several_shadowing_patterns()
    {
        var matcher = new PatternMatcher([[Pattern("b"), Pattern("*.com")], [Pattern("*"), Pattern("*.example.com")]]);

        matcher.FindShadowing(matcher.Patterns[3]).Should().Be(matcher.Patterns[1]);
    }

    [Test]
    public void The_first_matching_pattern_decides_even_if_a_later_one_is_more_specific()
    {
        var matcher = new PatternMatcher([[Pattern("10.9.0.0/16"), Pattern(":1")], [Pattern("*.b"), Pattern("a.b:1")]]);

        matcher.Find(Address("a.b:1")).Should().Be(new PlacedPattern(0, 1, Pattern(":1")));
        matcher.Find(Address("a.b:2")).Should().Be(new PlacedPattern(1, 0, Pattern("*.b")));
        matcher.Find(Address("b:2")).Should().BeNull();
    }

    private static IEnumerable<PlacedPattern> InOrder(ImmutableArray<AddressPattern>[] realms) =>
        realms.SelectMany((patterns, realm) => patterns.Select((pattern, index) => new PlacedPattern(realm, index, pattern)));
}
