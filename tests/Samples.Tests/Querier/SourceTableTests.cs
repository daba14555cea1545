using EndpointMtls;
using Querier.Pages;

namespace Samples.Tests.Querier;

public sealed class SourceTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DiscoverySource Source = new() { Name = "dns+stores.example.com:10901", Realm = "eu", Count = 7, LastSuccess = Now.AddSeconds(-20) };

    [Test]
    public void A_source_shows_how_many_it_yields_and_since_when() =>
        Render(Source).Should().ContainAll("dns+stores.example.com:10901", ">eu<", ">7<", "20 s ago", "✓").And.NotContain("error");

    [Test]
    public void One_that_fails_says_why_and_what_stays() =>
        Render(Source with { LastError = "No such name. Check the spelling." }).Should().ContainAll("✕", "Failing", "No such name. Check the spelling. What was found before stays in use.");

    [Test]
    public void One_that_never_yielded_anything_promises_nothing() =>
        Render(Source with { LastError = "No such name.", LastSuccess = null, Count = 0 }).Should().Contain("No such name.").And.NotContain("stays in use");

    [Test]
    public void One_that_was_not_looked_at_yet_waits() =>
        Render(Source with { LastSuccess = null, Count = 0 }).Should().ContainAll("…", "Waiting");

    [Test]
    public void Without_sources_there_is_no_table() =>
        Render().Should().BeEmpty();

    [Test]
    public void What_others_have_named_is_not_markup() =>
        Render(Source with { Name = "<b>", Realm = "<b>", LastError = "<b>" }).Should().NotContain("<b>");

    private static string Render(params DiscoverySource[] sources) =>
        Rendered.Text(SourceTable.Render(sources, Now));
}
