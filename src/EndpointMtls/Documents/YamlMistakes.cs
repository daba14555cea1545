using System.Text.RegularExpressions;
using EndpointMtls.Text;
using YamlDotNet.Core;

namespace EndpointMtls.Documents;

/// <summary>Explains a syntax error by what the line of the error has, if that is a known mistake.</summary>
internal sealed partial class YamlMistakes(string text, string file)
{
    /// <summary>Returns the mistake near a syntax error; <see langword="null"/> if none is known.</summary>
    public DocumentException? Find(Mark mark)
    {
        var line = LineOf(mark);
        return FindTemplate(mark) ?? FindIn(line, UnusualCharacter.Find)

            // YamlDotNet reads 'name:eu' as a text, and reports an error on this line or on the next one.
            ?? FindJoinedKey(line) ?? (line.Start.Value == 0 ? null : FindJoinedKey(LineOf(line.Start.Value - 1)));
    }

    /// <summary>Returns the error of a line that has a template of another program; <see langword="null"/> if it has none.</summary>
    public DocumentException? FindTemplate(Mark mark) => FindIn(LineOf(mark), TextMistake.FindTemplate);

    private DocumentException? FindIn(Range line, Func<string, TextMistake?> find)
    {
        var withoutComment = text[line].Split('#')[0];
        return find(withoutComment) is { } mistake
            ? new DocumentException(
                $"not valid YAML: {mistake.Problem}",
                Locate(line.Start.Value + withoutComment.Length - withoutComment.TrimStart(' ').Length), mistake.Fix)
            : null;
    }

    private DocumentException? FindJoinedKey(Range line) =>
        JoinedKey().Match(text[line]) is { Success: true } match && match.Groups["key"] is var key
            ? new DocumentException(
                $"not valid YAML: {KeyGroup.MissingSpace(key.Value)}", Locate(line.Start.Value + key.Index), KeyGroup.PutSpace)
            : null;

    private Range LineOf(Mark mark) => LineOf((int)Math.Min(mark.Index, text.Length));

    private Range LineOf(int index)
    {
        var end = text.AsSpan(index).IndexOf('\n');
        return (text.AsSpan(0, index).LastIndexOf('\n') + 1)..(end < 0 ? text.Length : index + end);
    }

    private SourceLocation Locate(int index) => YamlText.Locate(text.AsSpan(0, index), file);

    // Not 'host:443', 'unix:/path' and 'abcd::1', which are addresses.
    [GeneratedRegex(
        @"^[ ]*(-[ ]+)*(?<key>[a-z_]+):(?![ \t\r/:]|[0-9]+[ \r]*$|$)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex JoinedKey();
}
