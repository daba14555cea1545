using System.Buffers;
using System.Globalization;
using System.Text;

namespace Querier.Selectors;

/// <summary>Parses a PromQL string literal: with the escape sequences of Go in quotes, without any in backticks.</summary>
internal static class QuotedString
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="text">The text, from the opening quote.</param>
    /// <param name="length">The length of the literal, including the quotes.</param>
    public static string Read(ReadOnlySpan<char> text, out int length)
    {
        var quote = text[0];
        length = FindEnd(text, quote) + 1;
        var inner = text[1..(length - 1)];
        return quote == '`' || !inner.Contains('\\') ? inner.ToString() : Unescape(inner, quote);
    }

    private static int FindEnd(ReadOnlySpan<char> text, char quote)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == quote)
                return i;
            if (quote == '`')
                continue;
            if (text[i] == '\n')
                break;
            if (text[i] == '\\')
                i++;
        }

        throw new FormatException($"the string that begins with {quote} is not terminated");
    }

    // \x and \ooo are bytes. Several may encode one character, so the text is decoded from UTF-8.
    private static string Unescape(ReadOnlySpan<char> inner, char quote)
    {
        var bytes = new ArrayBufferWriter<byte>(inner.Length);
        while (inner.Length > 0)
        {
            var backslash = inner.IndexOf('\\');
            var plain = backslash < 0 ? inner.Length : backslash;
            StrictUtf8.GetBytes(inner[..plain], bytes);
            inner = inner[plain..];
            if (inner.Length > 0)
                inner = inner[ReadEscape(inner, quote, bytes)..];
        }

        try
        {
            return StrictUtf8.GetString(bytes.WrittenSpan);
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException("the string is not valid UTF-8 after its escape sequences are decoded");
        }
    }

    private static int ReadEscape(ReadOnlySpan<char> text, char quote, ArrayBufferWriter<byte> bytes)
    {
        var (digits, isByte) = text[1] switch { 'x' => (2, true), 'u' => (4, false), 'U' => (8, false), >= '0' and <= '7' => (3, true), _ => (0, false) };
        if (digits == 0)
        {
            bytes.Write([SingleCharacter(text[1], quote)]);
            return 2;
        }

        var isOctal = text[1] is >= '0' and <= '7';
        var start = isOctal ? 1 : 2;
        var value = text.Length >= start + digits ? Number(text.Slice(start, digits), isOctal ? 8 : 16) : -1;
        if (value < 0 || (isByte && value > byte.MaxValue) || (!isByte && !Rune.IsValid((int)Math.Min(value, int.MaxValue))))
            throw new FormatException($"'{text[..Math.Min(text.Length, start + digits)]}' is not an escape sequence");

        if (isByte)
            bytes.Write([(byte)value]);
        else
            bytes.Advance(new Rune((int)value).EncodeToUtf8(bytes.GetSpan(4)));
        return start + digits;
    }

    private static long Number(ReadOnlySpan<char> digits, int radix)
    {
        if (radix == 16)
            return long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? value : -1;

        var result = 0;
        foreach (var digit in digits)
        {
            if (digit is < '0' or > '7')
                return -1;
            result = (result * 8) + digit - '0';
        }

        return result;
    }

    private static byte SingleCharacter(char character, char quote) => character switch
    {
        'a' => (byte)'\a',
        'b' => (byte)'\b',
        'f' => (byte)'\f',
        'n' => (byte)'\n',
        'r' => (byte)'\r',
        't' => (byte)'\t',
        'v' => (byte)'\v',
        '\\' => (byte)'\\',
        _ when character == quote => (byte)quote,
        _ => throw new FormatException($"'\\{character}' is not an escape sequence"),
    };
}
