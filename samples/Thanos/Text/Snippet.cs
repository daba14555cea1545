using System.Globalization;
using System.Text;

namespace Thanos.Text;

/// <summary>Escapes and truncates text from peers and users for errors, warnings and logs.</summary>
public static class Snippet
{
    /// <summary>Returns at most <paramref name="maxLength"/> characters of the text, with control and invisible characters escaped.</summary>
    public static string Of(string text, int maxLength = 200)
    {
        var escaped = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            var next = IsInvisible(rune) ? $@"\u{rune.Value:x4}" : rune.ToString();
            if (escaped.Length + next.Length > maxLength)
                return escaped.Append('…').ToString();
            escaped.Append(next);
        }

        return escaped.ToString();
    }

    private static bool IsInvisible(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
