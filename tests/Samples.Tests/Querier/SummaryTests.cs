using EndpointMtls;
using Querier.Pages;
using Querier.Stores;

namespace Samples.Tests.Querier;

public sealed class SummaryTests
{
    private readonly EndpointBuilder _endpoints = new();

    [OneTimeTearDown]
    public void Dispose() => _endpoints.Dispose();

    [Test]
    public void All_is_well_when_all_that_are_asked_are_up() =>
        Render(_endpoints.Up(), NotProbed).Should().ContainAll("All is well", "1 of 1 up, 1 not probed", "summary good");

    [Test]
    public void What_is_down_comes_first() =>
        Render(_endpoints.Up(), _endpoints.Down(), _endpoints.Unknown()).Should().ContainAll("1 endpoint is down", "1 of 3 up, in 1 realm", "summary bad", "✕");

    [Test]
    public void Several_that_are_down_are_counted() =>
        Render(_endpoints.Down(), _endpoints.Down()).Should().Contain("2 endpoints are down");

    [Test]
    public void Nothing_is_well_before_all_have_been_heard_of() =>
        Render(_endpoints.Up(), _endpoints.Unknown()).Should().ContainAll("1 not heard of yet", "summary wait");

    [Test]
    public void Without_endpoints_there_is_nothing_to_be_well() =>
        Render().Should().ContainAll("No endpoints", "summary wait").And.NotContain("All is well");

    [Test]
    public void It_says_what_the_set_waits_for() =>
        Render(new EndpointSetSnapshot { Endpoints = [], Sources = [], NotReadyReason = "store <1> is down." }).Should().Contain("<strong>Not ready</strong> store &lt;1&gt; is down.");

    private GrpcEndpoint NotProbed => _endpoints.Unknown() with { Health = EndpointHealth.NotProbed };

    private static string Render(params GrpcEndpoint[] endpoints) => Render(new EndpointSetSnapshot { Endpoints = endpoints, Sources = [] });

    private static string Render(EndpointSetSnapshot set) =>
        Rendered.Text(Summary.Render(set, [new StoreRealm("eu", null, set.Endpoints)]));
}
