using System.Text.RegularExpressions;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Architecture;

/// <summary>docs/reasons.md lists every failure reason, and agrees with docs/diagnostics.md.</summary>
public sealed partial class ReasonsPageTests
{
    private const string RejectedClients = "`rejected_clients`";
    private const string AbortedConnections = "`aborted_connections`";

    private static readonly MarkdownPage Diagnostics = new("docs/diagnostics.md");
    private static readonly IReadOnlyList<MarkdownPage.Row> Reasons = new MarkdownPage("docs/reasons.md").Table("## All reasons");

    private static IEnumerable<TestCaseData> Rows => Reasons.Select(row => new TestCaseData(row).SetArgDisplayNames(row["reason"]));

    [Test]
    public void Lists_every_reason_in_the_order_of_the_enum() =>
        Reasons.Select(row => row.Code("reason")).Should().Equal(Enum.GetNames<ConnectionFailureReason>());

    [TestCaseSource(nameof(Rows))]
    public void A_reason_has_a_meaning_a_cause_a_fix_and_a_direction(MarkdownPage.Row row)
    {
        new[] { row["meaning"], row["usual cause"], row["fix"] }.Should().NotContain("");
        row["direction"].Should().BeOneOf("client", "server", "client, server");
    }

    [TestCaseSource(nameof(Rows))]
    public void The_logs_of_a_reason_exist_and_fit_its_direction(MarkdownPage.Row row)
    {
        var logs = LogId().Matches(row["log"]).Select(match => match.Value).ToList();

        logs.Should().NotBeEmpty().And.BeSubsetOf(Diagnostics.Table("## Log events").Select(log => log["id"]));
        logs.Contains("500").Should().Be(row["direction"].Contains("server", StringComparison.Ordinal));
        logs.Any(id => id != "500").Should().Be(row["direction"].Contains("client", StringComparison.Ordinal));
    }

    [TestCaseSource(nameof(Rows))]
    public void A_metric_counts_every_reason_of_servers(MarkdownPage.Row row)
    {
        var metrics = row["metric"].Split(", ");

        metrics.Should().BeSubsetOf([RejectedClients, AbortedConnections, "none"]);
        metrics.Contains(RejectedClients).Should().Be(row["direction"].Contains("server", StringComparison.Ordinal));
    }

    [TestCase("`endpoint_mtls.server.rejected_clients`", RejectedClients)]
    [TestCase("`endpoint_mtls.channel.aborted_connections`", AbortedConnections)]
    public void The_diagnostics_page_lists_the_same_reasons_of_a_metric(string instrument, string metric)
    {
        var meaning = Diagnostics.Table("## Metrics").Single(row => row["instrument"] == instrument)["meaning"];

        Code().Matches(meaning).Select(match => match.Groups[1].Value).Where(name => Enum.TryParse<ConnectionFailureReason>(name, out _))
            .Should().BeEquivalentTo(Reasons.Where(row => row["metric"].Split(", ").Contains(metric)).Select(row => row.Code("reason")));
    }

    [GeneratedRegex(@"\b[1-5]\d\d\b")]
    private static partial Regex LogId();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
