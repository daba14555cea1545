using EndpointMtls;
using Querier.Pages;

namespace Samples.Tests.Querier;

public sealed class SourceTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DiscoverySource Source = new() { Name = "dns+stores.example.com:10901", Realm = "eu", Count = 7, LastSuccess = Now.AddSeconds(-20) };

    [Test]
    public void Shows_the_number_of_endpoints_and_the_last_success_of_a_source() =>
        Render(Source).Should().ContainAll("dns+stores.example.com:10901", ">eu<", ">7<", "20 s ago", "✓").And.NotContain("error");

    [Test]
    public void A_failing_source_shows_the_reason_and_that_its_endpoints_stay() =>
        Render(Source with { LastError = "No such name. Check the spelling." }).Should().ContainAll("✕", "Failing", "No such name. Check the spelling. The endpoints that it lists stay in use.");

    [Test]
    public void A_source_that_never_succeeded_has_no_earlier_endpoints() =>
        Render(Source with { LastError = "No such name.", LastSuccess = null, Count = 0 }).Should().Contain("No such name.").And.NotContain("in use");

    [Test]
    public void A_source_that_was_not_read_yet_shows_waiting() =>
        Render(Source with { LastSuccess = null, Count = 0 }).Should().ContainAll("…", "Waiting");

    [Test]
    public void Shows_no_table_without_sources() =>
        Render().Should().BeEmpty();

    [Test]
    public void Encodes_text_of_others() =>
        Render(Source with { Name = "<b>", Realm = "<b>", LastError = "<b>" }).Should().NotContain("<b>");

    private static string Render(params DiscoverySource[] sources) =>
        Rendered.Text(SourceTable.Render(sources, Now));
}
