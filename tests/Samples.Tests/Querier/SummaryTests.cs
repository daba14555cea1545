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
    public void Reports_that_all_endpoints_are_up_when_all_probed_ones_are() =>
        Render(_endpoints.Up(), NotProbed).Should().ContainAll("No endpoint is down", "1 of 1 up, 1 not probed", "summary good");

    [Test]
    public void Reports_an_endpoint_that_is_down_before_unknown_ones() =>
        Render(_endpoints.Up(), _endpoints.Down(), _endpoints.Unknown()).Should().ContainAll("1 endpoint is down", "1 of 3 up, in 1 realm", "summary bad", "✕");

    [Test]
    public void Counts_the_endpoints_that_are_down() =>
        Render(_endpoints.Down(), _endpoints.Down()).Should().Contain("2 endpoints are down");

    [Test]
    public void Reports_unknown_endpoints_until_all_are_probed() =>
        Render(_endpoints.Up(), _endpoints.Unknown()).Should().ContainAll("1 not probed yet", "summary wait");

    [Test]
    public void Reports_that_there_are_no_endpoints() =>
        Render().Should().ContainAll("No endpoints", "summary wait").And.NotContain("No endpoint is down");

    [Test]
    public void Shows_why_the_set_is_not_ready() =>
        Render(new EndpointSetSnapshot { Endpoints = [], Sources = [], NotReadyReason = "store <1> is down." }).Should().Contain("<strong>Not ready</strong> store &lt;1&gt; is down.");

    private GrpcEndpoint NotProbed => _endpoints.Unknown() with { Health = EndpointHealth.NotProbed };

    private static string Render(params GrpcEndpoint[] endpoints) => Render(new EndpointSetSnapshot { Endpoints = endpoints, Sources = [] });

    private static string Render(EndpointSetSnapshot set) =>
        Rendered.Text(Summary.Render(set, [new StoreRealm("eu", null, set.Endpoints)]));
}
