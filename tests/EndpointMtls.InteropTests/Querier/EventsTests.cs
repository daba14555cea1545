using EndpointMtls.InteropTests.Support;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Querier;

/// <summary>The event stream of the page.</summary>
public sealed class EventsTests
{
    [Test]
    public async Task It_ends_when_the_querier_stops()
    {
        using var folder = new TempFolder();
        await using var querier = await QuerierProcess.StartUnreadyAsync(folder.Write("endpoints.yaml", "- endpoints: [\"127.0.0.1:1\"]\n"));
        using var client = new HttpClient { Timeout = Eventually.Timeout };
        using var stream = new StreamReader(await client.GetStreamAsync($"{querier.Url}/events"));
        var first = await stream.ReadLineAsync();

        await querier.Process.TerminateAsync();
        var rest = await stream.ReadToEndAsync();

        first.Should().Be("event: changed");
        rest.Should().Contain("data: ");
    }
}
