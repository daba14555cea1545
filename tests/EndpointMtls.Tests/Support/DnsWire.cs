using System.Text;

namespace EndpointMtls.Tests.Support;

/// <summary>DNS messages as RFC 1035 draws them, written byte by byte and without a line of the library's.</summary>
internal static class DnsWire
{
    private const int RepeatsQuestion = 0xC00C;

    /// <summary>A name without compression; the root is <c>"."</c>.</summary>
    public static byte[] Name(string name) =>
        [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label => Encoding.Latin1.GetBytes(label).Prepend((byte)label.Length)), 0];

    public static byte[] Short(int value) => [(byte)(value >> 8), (byte)value];

    /// <summary>Class IN, a time to live of half a minute, and the data behind its length.</summary>
    public static byte[] Record(byte[] owner, int type, byte[] data) =>
        [.. owner, .. Short(type), 0, 1, 0, 0, 0, 30, .. Short(data.Length), .. data];

    /// <summary>An answer to a question. The flags are QR, AA, RD and RA.</summary>
    public static byte[] Answer(AskedQuestion asked, IEnumerable<(string Owner, ZoneRecord Record)> records, int code = 0)
    {
        var answers = records.ToArray();
        var body = answers.SelectMany(answer => Record(
            answer.Owner == asked.Name ? Short(RepeatsQuestion) : Name(answer.Owner), answer.Record.Type, answer.Record.Data));
        return Message(asked.Id, 0x8580 | code, asked.Question, answers.Length, [.. body]);
    }

    /// <summary>A message with one question and so many answers.</summary>
    public static byte[] Message(int id, int flags, byte[] question, int answers, byte[] body) =>
        [.. Short(id), .. Short(flags), 0, 1, .. Short(answers), 0, 0, 0, 0, .. question, .. body];

    /// <summary>A question as it is written into a message.</summary>
    public static byte[] Question(string name, int type) => [.. Name(name), .. Short(type), 0, 1];

    /// <summary>Reads a query.</summary>
    public static AskedQuestion ReadQuery(byte[] query, bool overTcp)
    {
        var labels = new List<string>();
        var at = 12;
        while (query[at] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(query, at + 1, query[at]));
            at += 1 + query[at];
        }

        var type = (query[at + 1] << 8) | query[at + 2];
        var rest = query[(at + 5)..];
        return new AskedQuestion(
            (query[0] << 8) | query[1],
            string.Join('.', labels),
            type switch { 1 => "A", 28 => "AAAA", 33 => "SRV", _ => $"TYPE{type}" },
            overTcp,
            rest is [0, 0, 41, ..] ? (rest[3] << 8) | rest[4] : null,
            query[12..(at + 5)],
            query);
    }
}
