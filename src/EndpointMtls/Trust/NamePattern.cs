using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>A pattern for the names of a certificate that are of one kind.</summary>
internal abstract class NamePattern
{
    /// <summary>How patterns are written, for errors.</summary>
    protected const string Forms = "'store.example.com', '*.example.com', 'spiffe://prod.example/ns/store/*', '10.8.0.0/16' and '*@example.com'";

    private static readonly string[] PrintedPrefixes = ["dns:", "uri:", "ip:", "ip address:", "email:"];

    /// <summary>Whether one of the names of this kind matches.</summary>
    public abstract bool Matches(SubjectNames names);

    /// <summary>Reads a pattern; its form decides of which kind it is.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out NamePattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        pattern = null;
        problem = FindSlip(text ?? "") ?? KindOf(text!)(text!, out pattern);
        return pattern is not null;
    }

    private static Reader KindOf(string text) =>
        text.Contains("://", StringComparison.Ordinal) ? UriPattern.Read
        : IPPattern.IsMeant(text) ? IPPattern.Read
        : text.Contains('@') ? EmailPattern.Read
        : DnsNamePattern.Read;

    private static string? FindSlip(string text)
    {
        if (text.Length == 0)
        {
            return $"it is empty. Patterns look like {Forms}";
        }

        if (text == "*")
        {
            return "'*' alone says nothing about a client. Leave the patterns away to let in every client that is verified, or write what its name ends in: '*.example.com'";
        }

        if (PrintedPrefixes.FirstOrDefault(prefix => text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) is { } printed
            && text[printed.Length..].Trim() is var name && !name.StartsWith("//", StringComparison.Ordinal))
        {
            return $"'{text[..printed.Length]}' is how a name is printed, and not part of it. Leave it away: '{Snippet.Truncate(name)}'";
        }

        return text.EnumerateRunes().Any(rune => Rune.IsWhiteSpace(rune) || Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format)
            ? $"'{Snippet.Truncate(text)}' has white space or something invisible in it. Leave that away"
            : null;
    }

    /// <summary>Reads a pattern of one kind, or says what is wrong with it.</summary>
    private delegate string? Reader(string text, out NamePattern? pattern);
}
