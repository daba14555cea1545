using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>A pattern for one kind of subject alternative name.</summary>
internal abstract class NamePattern
{
    /// <summary>An example of each form, for error messages.</summary>
    protected const string Forms =
        "'store.example.com', '*.example.com', 'spiffe://prod.example/ns/store/*', '10.8.0.0/16' and '*@example.com'";

    private static readonly string[] PrintedLabels = ["dns:", "uri:", "ip:", "ip address:", "email:"];

    /// <summary>Whether the pattern matches one of the names of its kind.</summary>
    public abstract bool Matches(SubjectNames names);

    /// <summary>Reads a pattern. Its form decides which kind of name it matches.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out NamePattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = null;
        problem = FindMistake(text ?? "") ?? ReaderOf(text!)(text!, out pattern);
        return pattern is not null;
    }

    private static Reader ReaderOf(string text) =>
        text.Contains("://", StringComparison.Ordinal) ? UriPattern.Read
        : IPPattern.BeginsWithAddress(text) ? IPPattern.Read
        : text.Contains('@') ? EmailPattern.Read
        : DnsNamePattern.Read;

    private static string? FindMistake(string text)
    {
        if (text.Length == 0)
        {
            return $"it is empty. Patterns look like {Forms}";
        }

        if (text == "*")
        {
            return "'*' alone would match every name. "
                + "Remove the patterns to accept every verified client, or write the end of the name: '*.example.com'";
        }

        if (PrintedLabels.FirstOrDefault(label => text.StartsWith(label, StringComparison.OrdinalIgnoreCase)) is { } printed
            && text[printed.Length..].Trim() is var name && !name.StartsWith("//", StringComparison.Ordinal))
        {
            return $"'{text[..printed.Length]}' is printed before names, and is not part of them. Write '{Snippet.Truncate(name)}'";
        }

        return text.EnumerateRunes().Any(IsBlankOrInvisible)
            ? $"'{Snippet.Truncate(text)}' contains white space or an invisible character. Remove it"
            : null;
    }

    private static bool IsBlankOrInvisible(Rune rune) =>
        Rune.IsWhiteSpace(rune) || Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format;

    /// <summary>Reads a pattern of one kind. Returns the mistake, or <see langword="null"/> if there is none.</summary>
    private delegate string? Reader(string text, out NamePattern? pattern);
}
