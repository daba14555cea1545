using System.Text.RegularExpressions;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.Tests.Architecture;

/// <summary>Every figure of time, speed and size on the pages is in the results of a full run.</summary>
public sealed partial class PerformancePageTests
{
    private static readonly string Results = File.ReadAllText(Repository.Path("benchmarks/RESULTS.md"));

    [TestCase("docs/performance.md", null)]
    [TestCase("docs/endpoints.md", "## Cost")]
    [TestCase("README.md", "- **Low overhead.**")]
    public void Every_figure_comes_from_the_results(string page, string? beginning)
    {
        var text = File.ReadAllText(Repository.Path(page));
        var part = beginning is null ? text : Part(text, beginning);
        var measured = Number().Matches(Results).Select(match => match.Value).ToHashSet();

        Figure().Matches(part).Select(match => match.Value).Where(figure => !measured.Contains(Number().Match(figure).Value)).Should().BeEmpty();
    }

    [Test]
    public void The_results_are_those_of_a_full_run_with_every_peer()
    {
        Results.Should().Contain("A full run of").And.NotContain("missing");
    }

    [Test]
    public void Every_missed_target_is_listed()
    {
        var missed = new MarkdownPage("benchmarks/RESULTS.md").Table("## Against the targets").Where(row => row["holds"] != "yes").Select(row => (row["what"], row["target"]));

        var listed = new MarkdownPage("docs/performance.md").Table("## Missed targets").Select(row => (row["what"], row["target"]));

        listed.Should().BeEquivalentTo(missed);
    }

    // Up to the next heading; of a list, up to its next item.
    private static string Part(string text, string beginning)
    {
        var rest = text[text.IndexOf(beginning, StringComparison.Ordinal)..];
        var end = rest.IndexOf(beginning[0] == '-' ? "\n- " : "\n## ", 1, StringComparison.Ordinal);
        return end < 0 ? rest : rest[..end];
    }

    [GeneratedRegex(@"(?<![\d.,])\d+(,\d{3})*(\.\d+)?(?![\d])")]
    private static partial Regex Number();

    // The unit distinguishes a figure from a version and from a setting.
    [GeneratedRegex(@"(?<![\d.,`])\d+(,\d{3})*(\.\d+)?(?= ?(×|ns|µs|ms|s|B|KiB|cores?|calls|probes|times|%)(?!\w))")]
    private static partial Regex Figure();
}
