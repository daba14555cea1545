using System.Globalization;
using System.Text;

namespace EndpointMtls.Dns;

/// <summary>Converts domain names between text and wire format. The text is in lower case, without the trailing dot.</summary>
internal static class DnsName
{
    private const int MaxTextLength = 253;
    private const int MaxLabelLength = 63;
    private const int MaxWireLength = 255;

    // A name has at most 127 labels, so more compression pointers than that are an attack.
    private const int MaxPointers = 127;

    /// <summary>Explains why a name cannot be queried, and how to fix it; <see langword="null"/> if it can.</summary>
    public static string? FindProblem(string name) => name switch
    {
        _ when name.Any(c => c is <= ' ' or > '~' or '\\') =>
            "has characters that are not allowed in a DNS name. " +
            "Write letters, digits, '-', '_' and dots; write an international name in its ASCII form ('xn--…')",
        { Length: > MaxTextLength } => $"has {name.Length} characters. DNS allows at most {MaxTextLength}",
        _ when Array.Find(name.Split('.'), label => label.Length > MaxLabelLength) is { } label =>
            $"has a label of {label.Length} characters, '{label}'. DNS allows at most {MaxLabelLength} characters between two dots",
        _ when name.Split('.').Contains("") => "has an empty label. Remove the extra dot",
        _ => null,
    };

    /// <summary>Writes a name for which <see cref="FindProblem"/> returns <see langword="null"/>. Returns the number of bytes.</summary>
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

    /// <summary>Reads the name at a position, and moves the position to its end.</summary>
    /// <exception cref="MalformedMessageException">The name is malformed or too long.</exception>
    public static string Read(ReadOnlySpan<byte> message, ref int position)
    {
        var text = new StringBuilder();
        var (at, start, length, pointers) = (position, position, 1, 0);
        while (true)
        {
            var first = ByteAt(message, at++);
            if (first is 0)
            {
                position = pointers == 0 ? at : position;
                return text.ToString();
            }

            if (first <= MaxLabelLength)
            {
                length += 1 + first;
                if (length > MaxWireLength)
                {
                    throw new MalformedMessageException($"a name is longer than {MaxWireLength} bytes");
                }

                if (message.Length - at < first)
                {
                    throw BeyondEnd();
                }

                AppendLabel(text, message.Slice(at, first));
                at += first;
            }
            else
            {
                var target = ((first & 0x3F) << 8) | ByteAt(message, at++);
                position = pointers == 0 ? at : position;
                if ((first & 0xC0) != 0xC0)
                {
                    throw new MalformedMessageException("a label has an unknown type");
                }

                // Each pointer must point before the start of the part read last, so a loop is impossible.
                if (target >= start || target < DnsQuery.HeaderLength || ++pointers > MaxPointers)
                {
                    throw new MalformedMessageException("a compression pointer does not point to an earlier name");
                }

                (at, start) = (target, target);
            }
        }
    }

    private static byte ByteAt(ReadOnlySpan<byte> message, int at) => at < message.Length ? message[at] : throw BeyondEnd();

    private static MalformedMessageException BeyondEnd() => new("a name extends beyond the end of the message");

    // Other bytes are escaped as in zone files (RFC 1035, 5.1), so that a dot within a label does not look like a separator.
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
