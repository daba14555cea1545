using System.Text;

namespace EndpointMtls.Tests.Support;

/// <summary>Writes and reads DNS messages (RFC 1035) independently of the library.</summary>
internal static class DnsWire
{
    private const int PointerToQuestion = 0xC00C;

    /// <summary>A name without compression. The root is <c>"."</c>.</summary>
    public static byte[] Name(string name) =>
        [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label => Encoding.Latin1.GetBytes(label).Prepend((byte)label.Length)), 0];

    public static byte[] Short(int value) => [(byte)(value >> 8), (byte)value];

    /// <summary>A record of class IN with a TTL of 30 seconds.</summary>
    public static byte[] Record(byte[] owner, int type, byte[] data) =>
        [.. owner, .. Short(type), 0, 1, 0, 0, 0, 30, .. Short(data.Length), .. data];

    /// <summary>The response to a query, with the flags QR, AA, RD and RA.</summary>
    public static byte[] Answer(ReceivedQuery query, IEnumerable<(string Owner, ZoneRecord Record)> records, int code = 0)
    {
        var answers = records.ToArray();
        var body = answers.SelectMany(answer => Record(
            answer.Owner == query.Name ? Short(PointerToQuestion) : Name(answer.Owner), answer.Record.Type, answer.Record.Data));
        return Message(query.Id, 0x8580 | code, query.Question, answers.Length, [.. body]);
    }

    /// <summary>A message with one question and a number of answers.</summary>
    public static byte[] Message(int id, int flags, byte[] question, int answers, byte[] body) =>
        [.. Short(id), .. Short(flags), 0, 1, .. Short(answers), 0, 0, 0, 0, .. question, .. body];

    /// <summary>The question of a message.</summary>
    public static byte[] Question(string name, int type) => [.. Name(name), .. Short(type), 0, 1];

    /// <summary>Reads a query.</summary>
    public static ReceivedQuery ReadQuery(byte[] query, bool overTcp)
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
        return new ReceivedQuery(
            (query[0] << 8) | query[1],
            string.Join('.', labels),
            type switch { 1 => "A", 28 => "AAAA", 33 => "SRV", _ => $"TYPE{type}" },
            overTcp,
            rest is [0, 0, 41, ..] ? (rest[3] << 8) | rest[4] : null,
            query[12..(at + 5)],
            query);
    }
}
