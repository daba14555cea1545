using System.Text.RegularExpressions;

namespace EndpointMtls.Tests.Support;

/// <summary>A page of this repository, as far as tests hold it: its tables and its blocks of code.</summary>
public sealed partial class MarkdownPage(string path)
{
    /// <summary>What stands behind the language of a block that shows a mistake.</summary>
    public const string Wrong = "wrong";

    private readonly string _text = File.ReadAllText(Repository.Path(path)).ReplaceLineEndings("\n");

    public string Path { get; } = path;

    /// <summary>The blocks of a language, without those that show a mistake.</summary>
    public IReadOnlyList<string> Blocks(string language) => BlocksMarked(language);

    /// <summary>The blocks of a language that show a mistake.</summary>
    public IReadOnlyList<string> WrongBlocks(string language) => BlocksMarked($"{language} {Wrong}");

    /// <summary>The rows of the only table beneath a heading, before the next heading, each by the names of the columns.</summary>
    public IReadOnlyList<Row> Table(string heading)
    {
        var lines = SectionOf(heading).Split('\n').SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|')).Select(CellsOf).ToList();
        return lines is [var columns, _, .. var rows]
            ? [.. rows.Select(cells => new Row(columns, cells))]
            : throw new AssertionException($"{Path} has no table beneath '{heading}'.");
    }

    private List<string> BlocksMarked(string info) =>
        [.. Block().Matches(_text).Where(match => match.Groups["info"].Value == info).Select(match => match.Groups["code"].Value)];

    private string SectionOf(string heading)
    {
        var parts = Heading().Split(_text);
        var index = Array.IndexOf(parts, heading);
        return index > 0 ? parts[index + 1] : throw new AssertionException($"{Path} has no heading '{heading}'.");
    }

    private static string[] CellsOf(string line) => [.. Bar().Split(line.Trim().Trim('|')).Select(cell => cell.Trim())];

    [GeneratedRegex(@"^```(?<info>[^\n]*)\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^(#+ [^\n]+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();

    /// <summary>A row of a table.</summary>
    public sealed record Row(string[] Columns, string[] Cells)
    {
        public string this[string column] => Cells[Array.IndexOf(Columns, column)];

        /// <summary>A cell that is nothing but code.</summary>
        public string Code(string column) => CodeOf(this[column]) ?? throw new AssertionException($"'{this[column]}' in column '{column}' is not code alone.");

        /// <summary>The code of a cell; nothing, if it is not code alone.</summary>
        public static string? CodeOf(string cell) => cell.Length > 2 && cell[0] == '`' && cell.IndexOf('`', 1) == cell.Length - 1 ? cell[1..^1] : null;

        public override string ToString() => string.Join(" | ", Cells);
    }
}
