using System.Globalization;
using System.Text;
using System.Text.Json;
using EndpointMtls.Comparisons.Measuring;

namespace EndpointMtls.Comparisons.Reporting;

/// <summary>The results of a run, for people and for programs.</summary>
internal sealed class Page(Extent extent, DateTimeOffset date, IReadOnlyList<string> versions, IReadOnlyList<Section> sections)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private IEnumerable<Finding> Findings => sections.SelectMany(section => section.Findings);

    /// <summary>Whether every part could be measured; a peer that is not installed takes nothing from that.</summary>
    public bool IsWhole => sections.All(section => !section.IsMissing);

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine("# Results").AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"A {extent.Name} run of [EndpointMtls.Comparisons](EndpointMtls.Comparisons/README.md) on {date:yyyy-MM-dd}, written by it.");
        text.AppendLine("Only ratios mean anything elsewhere: each is the middle of its rounds, and half of them lie between the two in brackets.").AppendLine();
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

    /// <summary>One flat object: the name of each row and its figure, <c>null</c> where there is none.</summary>
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
