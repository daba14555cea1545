using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EndpointMtls.Text;

/// <summary>Escapes and truncates text from peers, files and users for errors, logs and status pages.</summary>
internal static partial class Snippet
{
    private const int MaxLength = 60;
    private const int MaxPeerLength = 200;

    /// <summary>Returns at most 60 characters, escaped, on one line and without the user information of a URI.</summary>
    public static string Truncate(string? text) => Truncate(text, MaxLength);

    /// <summary>
    /// Returns at most 200 characters of a name from a peer, escaped, on one line and without the user information of a URI.
    /// </summary>
    public static string OfPeer(string? text) => Truncate(text, MaxPeerLength);

    /// <summary>Returns a text escaped and on one line, with at most a number of characters before they are escaped.</summary>
    public static string Limit(string text, int maxLength) => text.Length <= maxLength
        ? Escape(text)
        : $"{Escape(text[..(char.IsHighSurrogate(text[maxLength - 2]) ? maxLength - 2 : maxLength - 1)])}…";

    private static string Truncate(string? text, int maxLength) => Limit(WithoutUser(text), maxLength);

    // The user information of a URI may contain a password.
    private static string WithoutUser(string? text) => text is null ? "" : User().Replace(text, "://…@");

    /// <summary>Escapes line breaks, control characters and invisible characters.</summary>
    public static string Escape(string text)
    {
        if (Ascii.IsValid(text) && !text.Any(char.IsControl))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune switch
            {
                { Value: '\n' } => escaped.Append(@"\n"),
                { Value: '\r' } => escaped.Append(@"\r"),
                { Value: '\t' } => escaped.Append(@"\t"),
                _ when IsInvisible(rune) => escaped.Append(CultureInfo.InvariantCulture, $@"\u{rune.Value:x4}"),
                _ => escaped.Append(rune),
            };
        }

        return escaped.ToString();
    }

    [GeneratedRegex("://[^/]*@", RegexOptions.CultureInvariant)]
    private static partial Regex User();

    // A no-break space looks like a space.
    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || (!rune.IsAscii && Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator);
}
