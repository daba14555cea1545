using System.Buffers;
using System.Text;
using System.Text.Unicode;
using EndpointMtls.Files;

namespace EndpointMtls.Documents;

/// <summary>Decodes a YAML file. Rejects files above the limit, other encodings than UTF-8, and invisible control characters.</summary>
internal static class YamlText
{
    /// <summary>The rules of a file with realms. Ten thousand endpoints, each with its own settings, need less than half of it.</summary>
    public static readonly FileRules Rules = new(4 << 20, "Split it into several files: their realms form one list");

    // The characters that YAML forbids, and line separators that editors do not show.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r')),
        '\u2028', '\u2029', '\uFEFF', '\uFFFE', '\uFFFF',
    ]);

    /// <summary>Returns the text of a file.</summary>
    /// <exception cref="DocumentException">The file is too large, is not UTF-8, or contains a forbidden character.</exception>
    public static string Decode(ReadOnlySpan<byte> content, string file)
    {
        if (Rules.ProblemOf(content.Length) is { } problem)
        {
            throw new DocumentException(problem.Message, null, problem.Fix);
        }

        var utf8 = RequireUtf8(content, file);
        var text = Encoding.UTF8.GetString(utf8);
        RejectMergeConflict(utf8, file);
        var forbidden = text.AsSpan().IndexOfAny(Forbidden);
        return forbidden < 0 ? text
            : throw new DocumentException(
                $"contains the character U+{(int)text[forbidden]:X4}, which YAML forbids or editors do not show",
                Locate(text.AsSpan(0, forbidden), file), "Remove it");
    }

    /// <summary>Returns the content without its byte order mark.</summary>
    /// <exception cref="DocumentException">The content is not UTF-8.</exception>
    public static ReadOnlySpan<byte> RequireUtf8(ReadOnlySpan<byte> content, string file)
    {
        if (content is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..])
        {
            throw new DocumentException("is encoded as UTF-16", null, "Save it as UTF-8");
        }

        var utf8 = content is [0xEF, 0xBB, 0xBF, ..] ? content[3..] : content;
        if (!Utf8.IsValid(utf8))
        {
            var valid = utf8[..LengthOfValid(utf8)];
            throw new DocumentException(
                $"is not encoded as UTF-8: byte 0x{utf8[valid.Length]:x2} is invalid here",
                Locate(Encoding.UTF8.GetString(valid), file), "Save it as UTF-8");
        }

        return utf8;
    }

    /// <exception cref="DocumentException">A line is a marker that a merge of Git has left.</exception>
    public static void RejectMergeConflict(ReadOnlySpan<byte> utf8, string file)
    {
        for (var start = 0; start < utf8.Length;)
        {
            var length = utf8[start..].IndexOf((byte)'\n');
            var line = utf8.Slice(start, length < 0 ? utf8.Length - start : length).TrimEnd((byte)'\r');
            if (line.StartsWith("<<<<<<< "u8) || line.StartsWith(">>>>>>> "u8) || line.SequenceEqual("======="u8))
            {
                throw new DocumentException(
                    $"has the marker '{Encoding.UTF8.GetString(line[..7])}' of a merge conflict",
                    Locate(Encoding.UTF8.GetString(utf8[..start]), file), "Keep one of the two versions, and remove the markers");
            }

            start = length < 0 ? utf8.Length : start + length + 1;
        }
    }

    /// <summary>Returns the position after a text.</summary>
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
