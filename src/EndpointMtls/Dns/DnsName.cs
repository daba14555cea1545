using System.Globalization;
using System.Text;

namespace EndpointMtls.Dns;

/// <summary>Names on the wire and as text. As text they are in lower case without a trailing dot, and the root is empty.</summary>
internal static class DnsName
{
    private const int LongestText = 253;
    private const int LongestLabel = 63;
    private const int LongestWire = 255;

    // A name has at most 127 labels, so more jumps than that only cost time.
    private const int MostJumps = 127;

    /// <summary>What keeps a text from being asked for, with the fix; <see langword="null"/> if nothing does.</summary>
    public static string? ProblemOf(string name) => name switch
    {
        _ when name.Any(c => c is <= ' ' or > '~' or '\\') => "has characters that cannot be looked up. Write letters, digits, '-', '_' and dots; international names in their ASCII form ('xn--…')",
        { Length: > LongestText } => $"is {name.Length} characters long. DNS allows {LongestText}",
        _ when Array.Find(name.Split('.'), label => label.Length > LongestLabel) is { } label => $"has a part of {label.Length} characters, '{label}'. DNS allows {LongestLabel} between two dots",
        _ when name.Split('.').Contains("") => "has nothing between two dots, or at its start. Remove the dot that is too many",
        _ => null,
    };

    /// <summary>Writes a name that <see cref="ProblemOf"/> finds nothing wrong with, and returns its length.</summary>
    public static int Write(string name, Span<byte> target)
    {
        var length = 0;
        foreach (var label in name.Split('.'))
        {
            target[length] = (byte)label.Length;
            length += 1 + Encoding.ASCII.GetBytes(label, target[(length + 1)..]);
        }

        target[length] = 0;
        return length + 1;
    }

    /// <summary>Reads the name at a position, and moves behind it.</summary>
    /// <exception cref="MalformedMessageException">There is no name, or one that is too long or leads nowhere.</exception>
    public static string Read(ReadOnlySpan<byte> message, ref int position)
    {
        var text = new StringBuilder();
        var (at, begin, length, jumps) = (position, position, 1, 0);
        while (true)
        {
            var first = ByteAt(message, at++);
            if (first is 0)
            {
                position = jumps == 0 ? at : position;
                return text.ToString();
            }

            if (first <= LongestLabel)
            {
                length += 1 + first;
                if (length > LongestWire || message.Length - at < first)
                {
                    throw new MalformedMessageException(length > LongestWire ? $"a name of more than {LongestWire} bytes" : "a name that goes on behind the end");
                }

                AppendLabel(text, message.Slice(at, first));
                at += first;
            }
            else
            {
                var target = ((first & 0x3F) << 8) | ByteAt(message, at++);
                position = jumps == 0 ? at : position;

                // Only before all that was read of this name: so it comes to an end.
                if ((first & 0xC0) != 0xC0 || target >= begin || target < DnsQuery.HeaderLength || ++jumps > MostJumps)
                {
                    throw new MalformedMessageException((first & 0xC0) != 0xC0 ? "a part of a name of unknown kind" : "a name that points to where no name can begin");
                }

                (at, begin) = (target, target);
            }
        }
    }

    private static byte ByteAt(ReadOnlySpan<byte> message, int at) =>
        at < message.Length ? message[at] : throw new MalformedMessageException("a name that goes on behind the end");

    // What is no plain text is written out, so that a dot within a part is not taken for one between two.
    private static void AppendLabel(StringBuilder text, ReadOnlySpan<byte> label)
    {
        text.Append(text.Length == 0 ? "" : ".");
        foreach (var octet in label)
        {
            if (octet is <= (byte)' ' or > (byte)'~' or (byte)'.' or (byte)'\\')
            {
                text.Append(CultureInfo.InvariantCulture, $"\\{octet:000}");
            }
            else
            {
                text.Append(char.ToLowerInvariant((char)octet));
            }
        }
    }
}
