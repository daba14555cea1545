using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace EndpointMtls.Text;

/// <summary>Finds characters that look like ASCII, such as typographic quotes and dashes, and invisible characters.</summary>
internal static class UnusualCharacter
{
    private const string Remove = "Remove it";
    private const string UseSpace = "Use an ordinary space, or remove it";
    private const string UseHyphen = "Use '-'";
    private const string UseQuote = "Use a straight quote, or none";

    private const int FirstFullwidth = 0xFF01;
    private const int LastFullwidth = 0xFF5E;

    // With the names of Unicode.
    private static readonly FrozenDictionary<int, (string Name, string Fix)> Known = new Dictionary<int, (string Name, string Fix)>
    {
        [0x00A0] = ("no-break space", UseSpace),
        [0x2007] = ("figure space", UseSpace),
        [0x202F] = ("narrow no-break space", UseSpace),
        [0x3000] = ("ideographic space", UseSpace),
        [0x00AD] = ("soft hyphen", Remove),
        [0x200B] = ("zero width space", Remove),
        [0x200C] = ("zero width non-joiner", Remove),
        [0x200D] = ("zero width joiner", Remove),
        [0x200E] = ("left-to-right mark", Remove),
        [0x200F] = ("right-to-left mark", Remove),
        [0x2060] = ("word joiner", Remove),
        [0xFEFF] = ("byte order mark", Remove),
        [0x2010] = ("hyphen", UseHyphen),
        [0x2011] = ("non-breaking hyphen", UseHyphen),
        [0x2012] = ("figure dash", UseHyphen),
        [0x2013] = ("en dash", UseHyphen),
        [0x2014] = ("em dash", UseHyphen),
        [0x2022] = ("bullet", UseHyphen),
        [0x2212] = ("minus sign", UseHyphen),
        [0x2018] = ("left single quotation mark", UseQuote),
        [0x2019] = ("right single quotation mark", UseQuote),
        [0x201A] = ("single low-9 quotation mark", UseQuote),
        [0x201C] = ("left double quotation mark", UseQuote),
        [0x201D] = ("right double quotation mark", UseQuote),
        [0x201E] = ("double low-9 quotation mark", UseQuote),
        [0x2026] = ("horizontal ellipsis", "Write the whole text"),
    }.ToFrozenDictionary();

    /// <summary>Returns the first such character of a text; <see langword="null"/> if there is none.</summary>
    public static TextMistake? Find(string text)
    {
        if (Ascii.IsValid(text))
        {
            return null;
        }

        foreach (var rune in text.EnumerateRunes())
        {
            if (!rune.IsAscii && Describe(rune) is var (name, fix))
            {
                return new TextMistake(
                    string.Create(CultureInfo.InvariantCulture, $"it contains the character U+{rune.Value:X4} ({name})"), fix);
            }
        }

        return null;
    }

    /// <summary>Whether a character is a space, a dash or a quotation mark outside of ASCII, or is invisible.</summary>
    /// <remarks>No host name has one (RFC 5892), but the mapping to A-labels accepts some of them.</remarks>
    public static bool IsTypographic(Rune rune) => !rune.IsAscii && DescribeCategory(rune) is not null;

    private static (string Name, string Fix)? Describe(Rune rune) =>
        Known.TryGetValue(rune.Value, out var known) ? known
        : rune.Value is >= FirstFullwidth and <= LastFullwidth ? DescribeFullwidth((char)(rune.Value - FirstFullwidth + '!'))
        : DescribeCategory(rune);

    private static (string Name, string Fix) DescribeFullwidth(char ascii) => ($"a fullwidth '{ascii}'", $"Use '{ascii}'");

    private static (string Name, string Fix)? DescribeCategory(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.SpaceSeparator => ("a space", UseSpace),
        UnicodeCategory.DashPunctuation => ("a dash", UseHyphen),
        UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation => ("a quotation mark", UseQuote),
        UnicodeCategory.Format or UnicodeCategory.Control => ("invisible", Remove),
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => ("a line break", Remove),
        _ => null,
    };
}
