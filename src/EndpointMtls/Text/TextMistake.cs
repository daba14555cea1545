using System.Text.RegularExpressions;

namespace EndpointMtls.Text;

/// <summary>A part of a text that was probably meant otherwise, such as a variable that nothing expands, and its fix. Immutable.</summary>
/// <param name="Problem">The problem, as a clause without a full stop.</param>
/// <param name="Fix">The fix, as an imperative without a full stop.</param>
internal sealed partial record TextMistake(string Problem, string Fix)
{
    // A text can have megabytes.
    private const int MaxLength = 1000;

    /// <summary>Returns the first known mistake; <see langword="null"/> if there is none.</summary>
    /// <remarks>Call it for a text that is rejected. Some valid texts contain such parts as well.</remarks>
    public static TextMistake? Find(string text)
    {
        text = text.Length <= MaxLength ? text : text[..MaxLength];
        return FindTemplate(text) ?? FindVariable(text) ?? UnusualCharacter.Find(text) ?? FindSpace(text);
    }

    /// <summary>Returns the first template of Helm, Go or Jinja in a text.</summary>
    public static TextMistake? FindTemplate(string text) => Template().Match(text) is { Success: true } match
        ? new TextMistake(
            $"the template '{Snippet.Truncate(match.Value)}' has not been rendered",
            "Render the template before the file is read, or write the value")
        : null;

    public override string ToString() => $"{Problem}. {Fix}";

    private static TextMistake? FindVariable(string text)
    {
        if (Variable().Match(text) is not { Success: true } match)
        {
            return null;
        }

        return match.Value[0] switch
        {
            '~' => new TextMistake($"'{Snippet.Truncate(match.Value)}' is not expanded", "Write the path of the folder"),
            '<' => new TextMistake($"'{Snippet.Truncate(match.Value)}' is a placeholder", "Write the value"),
            _ => new TextMistake(
                $"the variable '{Snippet.Truncate(match.Value)}' is not expanded",
                "Write the value. In a configuration section, an environment variable such as 'EndpointMtls__Realms__0__Name' can set it"),
        };
    }

    private static TextMistake? FindSpace(string text) => text.Length > 0 && (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
        ? new TextMistake(
            $"it {(char.IsWhiteSpace(text[0]) ? "begins" : "ends")} with white space", "Remove the white space")
        : null;

    [GeneratedRegex(@"\{\{[^{}]*(\}\})?|\{%[^{}]*%\}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Template();

    [GeneratedRegex(
        @"\$\{[^{}$]*\}|\$\([^()$]*\)|\$[A-Za-z_]\w*|%[A-Za-z_][A-Za-z0-9_]*%|(?<=^|[/\\])~\w*(?=[/\\])|<[A-Za-z][^<>]*>",
        RegexOptions.CultureInvariant)]
    private static partial Regex Variable();
}
