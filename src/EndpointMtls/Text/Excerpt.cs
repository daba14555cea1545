using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace EndpointMtls.Text;

/// <summary>A value as an error shows it: on one line, and no longer than it takes to recognise it.</summary>
internal static partial class Excerpt
{
    private const int MaxLength = 60;

    public static string Of(string? text) => WithoutUser(text) switch
    {
        { Length: <= MaxLength } whole => Escape(whole),
        var longer => $"{Escape(longer[..(char.IsHighSurrogate(longer[MaxLength - 2]) ? MaxLength - 2 : MaxLength - 1)])}…",
    };

    // A URI may hold a password.
    private static string WithoutUser(string? text) => text is null ? "" : User().Replace(text, "://…@");

    /// <summary>Writes out what a terminal would obey or hide.</summary>
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

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
