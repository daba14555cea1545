using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace EndpointMtls.Documents;

/// <summary>Decodes a YAML file, strictly: UTF-8, of moderate size, without characters that nobody sees.</summary>
internal static class YamlText
{
    /// <summary>Ten thousand endpoints with settings of their own need less than half of it.</summary>
    public const int MaxBytes = 4 << 20;

    // Those that the YAML standard forbids, and line ends of which editors know nothing.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r')), '\u2028', '\u2029', '\uFEFF', '\uFFFE', '\uFFFF']);

    public static string Decode(ReadOnlySpan<byte> content, string file)
    {
        if (content.Length > MaxBytes)
        {
            throw new DocumentProblem("is larger than 4 MiB", null, "Split it: several files add to one list of realms");
        }

        var utf8 = RequireUtf8(content, file);
        var text = Encoding.UTF8.GetString(utf8);
        var forbidden = text.AsSpan().IndexOfAny(Forbidden);
        return forbidden < 0 ? text
            : throw new DocumentProblem($"holds the character U+{(int)text[forbidden]:X4}, which YAML does not allow or editors do not show", Locate(text.AsSpan(0, forbidden), file), "Remove it");
    }

    /// <summary>The bytes behind the byte order mark, if there is one.</summary>
    /// <exception cref="DocumentProblem">They are not UTF-8.</exception>
    public static ReadOnlySpan<byte> RequireUtf8(ReadOnlySpan<byte> content, string file)
    {
        if (content is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..])
        {
            throw new DocumentProblem("is encoded as UTF-16", null, "Save it as UTF-8");
        }

        var utf8 = content is [0xEF, 0xBB, 0xBF, ..] ? content[3..] : content;
        if (!Utf8.IsValid(utf8))
        {
            var valid = utf8[..LengthOfValid(utf8)];
            throw new DocumentProblem($"is not encoded as UTF-8: byte 0x{utf8[valid.Length]:x2} does not belong there", Locate(Encoding.UTF8.GetString(valid), file), "Save it as UTF-8");
        }

        return utf8;
    }

    /// <summary>The place behind a text.</summary>
    public static SourceLocation Locate(ReadOnlySpan<char> before, string file) =>
        new(file, before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));

    private static int LengthOfValid(ReadOnlySpan<byte> utf8)
    {
        var length = 0;
        while (Rune.DecodeFromUtf8(utf8[length..], out _, out var consumed) == OperationStatus.Done)
        {
            length += consumed;
        }

        return length;
    }
}
