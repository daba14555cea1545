using System.Globalization;
using System.Text;
using System.Text.Json;
using EndpointMtls.Comparisons.Measuring;

namespace EndpointMtls.Comparisons.Reporting;

/// <summary>The results of a run, as Markdown and as JSON.</summary>
internal sealed class Page(Extent extent, DateTimeOffset date, IReadOnlyList<string> versions, IReadOnlyList<Section> sections)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private IEnumerable<Finding> Findings => sections.SelectMany(section => section.Findings);

    /// <summary>Whether all parts were measured. A peer that is not installed does not count.</summary>
    public bool IsWhole => sections.All(section => !section.IsMissing);

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine("# Results").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"A {extent.Name} run of [EndpointMtls.Comparisons](EndpointMtls.Comparisons/README.md) on {date:yyyy-MM-dd}.");
        text.AppendLine("Only ratios apply to other machines. Each value is the median of its rounds, with the quartiles in brackets.").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"- {Machine.Describe()}");
        foreach (var version in versions)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- {version}");
        }

        text.AppendLine().AppendLine("## Against the targets").AppendLine().Append(TargetTable());
        foreach (var section in sections)
        {
            text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"## {section.Title}").AppendLine().Append(section.Text);
            if (section.Findings.Any(finding => finding.Target is null))
            {
                text.AppendLine().Append(FindingTable(section));
            }
        }

        return text.ToString();
    }

    /// <summary>One flat JSON object: the key and the value of each row, <c>null</c> if it is missing.</summary>
    public string ToJson() => JsonSerializer.Serialize(Findings.ToDictionary(finding => finding.Key, finding => finding.Value is { Median: var median } && double.IsFinite(median) ? median : (double?)null), Indented);

    private Table TargetTable()
    {
        var table = new Table("what", "measured", "target", "holds", "figures");
        foreach (var finding in Findings.Where(finding => finding.Target is not null))
        {
            table.Add(finding.What, Value(finding), Target(finding), finding.Holds switch { true => "yes", false => "**no**", null => "missing" }, finding.Detail);
        }

        return table;
    }

    private static Table FindingTable(Section section)
    {
        var table = new Table("what", "measured", "figures");
        foreach (var finding in section.Findings.Where(finding => finding.Target is null))
        {
            table.Add(finding.What, Value(finding), finding.Detail);
        }

        return table;
    }

    private static string Value(Finding finding) =>
        finding.Value is { } value ? $"{Figures.Of(value.Median)}{finding.Unit} ({Figures.Range(value)})" : "missing";

    private static string Target(Finding finding) => finding.Target is { } target ? $"{(target.IsMost ? "≤" : "≥")} {Figures.Of(target.Value)}{finding.Unit}" : "";
}
