using Querier.Selectors;
using Querier.Stores;
using Thanos.Api;

namespace Samples.Tests.Querier;

public sealed class StoreEndpointTests
{
    private readonly EndpointBuilder _endpoints = new();

    [OneTimeTearDown]
    public void Dispose() => _endpoints.Dispose();

    [TestCase("up", 0, 99, false)]
    [TestCase("up", 0, 100, true)]
    [TestCase("up", 200, 300, true)]
    [TestCase("up", 201, 300, false)]
    [TestCase("up{cluster=\"eu\"}", 0, 300, true)]
    [TestCase("up{cluster=\"asia\"}", 0, 300, false)]
    [TestCase("up{cluster=~\"e.|u.\"}", 0, 300, true)]
    [TestCase("up{cluster!~\"eu|us\"}", 0, 300, false)]
    [TestCase("up{job=\"api\"}", 0, 300, true)]
    public void A_store_matches_only_queries_for_what_it_announced(string selector, long start, long end, bool expected) =>
        new StoreEndpoint(_endpoints.Up("eu", "us")).MayMatch(SelectorParser.Parse(selector), start, end).Should().Be(expected);

    [Test]
    public void A_store_that_is_down_keeps_its_last_announcement() =>
        new StoreEndpoint(_endpoints.Down(isStrict: true)).MayMatch(SelectorParser.Parse("up{cluster=\"us\"}"), 0, 300).Should().BeFalse();

    [Test]
    public void A_store_without_an_announcement_matches_every_query()
    {
        var store = new StoreEndpoint(_endpoints.Unknown());

        store.MayMatch(SelectorParser.Parse("up{cluster=\"eu\"}"), long.MinValue, long.MaxValue).Should().BeTrue();
        store.Announced.Should().BeEquivalentTo(new { Component = "store", MinTime = long.MinValue, MaxTime = long.MaxValue });
    }

    [Test]
    public void The_error_is_prefixed_by_its_reason_if_there_is_one()
    {
        var down = _endpoints.Down();

        new StoreEndpoint(down).ErrorWithReason.Should().Be("Refused: Nothing listens there. Check that it runs.");
        new StoreEndpoint(down with { LastErrorReason = null }).ErrorWithReason.Should().Be("Nothing listens there. Check that it runs.");
        new StoreEndpoint(_endpoints.Up()).ErrorWithReason.Should().BeNull();
    }

    /// <summary>Otherwise, each probe would signal a change of the set.</summary>
    [Test]
    public void Announcements_with_the_same_content_are_equal()
    {
        var first = Announce("eu");

        first.Should().Be(Announce("eu")).And.NotBe(Announce("us"));
        first.GetHashCode().Should().Be(Announce("eu").GetHashCode());
    }

    private static Announcement Announce(string cluster) =>
        new(new InfoResponse { Store = new StoreInfo { MinTime = 1 }, LabelSets = { new LabelSet { Labels = { new Label { Name = "cluster", Value = cluster } } } } });
}
