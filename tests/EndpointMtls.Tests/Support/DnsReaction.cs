namespace EndpointMtls.Tests.Support;

/// <summary>What a <see cref="LoopbackDnsServer"/> makes of a question.</summary>
/// <param name="Make">From the question and the right answer: the messages to send.</param>
/// <param name="HangsUp">Whether it closes the connection over TCP.</param>
/// <param name="After">What it waits for first.</param>
internal sealed record DnsReaction(Func<AskedQuestion, byte[], byte[][]> Make, bool HangsUp = false, Task? After = null)
{
    /// <summary>The right answer.</summary>
    public static readonly DnsReaction Answer = new((_, answer) => [answer]);

    public static readonly DnsReaction Silence = new((_, _) => []);

    public static readonly DnsReaction HangUp = new((_, _) => [], HangsUp: true);

    public static readonly DnsReaction FormErr = Code(1);

    public static readonly DnsReaction ServFail = Code(2);

    public static readonly DnsReaction NotImp = Code(4);

    public static readonly DnsReaction Refused = Code(5);

    /// <summary>TC over UDP, the right answer over TCP.</summary>
    public static readonly DnsReaction Truncated = new((asked, answer) => [asked.OverTcp ? answer : Cut(asked)]);

    public static readonly DnsReaction TruncatedEverywhere = new((asked, _) => [Cut(asked)]);

    /// <summary>Answers with other numbers, which say that there is no such name, before the right one.</summary>
    public static readonly DnsReaction WrongIdsFirst = new((asked, answer) =>
    [
        DnsWire.Answer(asked with { Id = asked.Id ^ 0x0100 }, [], code: 3),
        DnsWire.Answer(asked with { Id = asked.Id ^ 0x0001 }, [], code: 3),
        answer,
    ]);

    /// <summary>The answer to another question before the right one.</summary>
    public static readonly DnsReaction WrongQuestionFirst = new((asked, answer) =>
    [
        DnsWire.Answer(asked with { Question = DnsWire.Question("other.test", 33) }, [("other.test", new Srv("evil.test", 1))]),
        Change(answer, 12 + asked.Question.Length - 3, 2),
        Change(answer, 12 + asked.Question.Length - 1, 2),
        answer,
    ]);

    /// <summary>What only looks like an answer before the right one: another opcode, a query, bits and pieces.</summary>
    public static readonly DnsReaction RubbishFirst = new((asked, answer) => [[], [1], answer[..11], Change(answer, 2, 0x08), asked.Bytes, Change(answer, 5, 3), Change(answer, 12, 0xC0), answer]);

    /// <summary>The right answer to those who do not speak EDNS; to others a code.</summary>
    public static DnsReaction ToEdns(DnsReaction reaction) => new((asked, answer) => asked.PayloadSize is null ? [answer] : reaction.Make(asked, answer));

    /// <summary>The reaction to questions of one type; to others the right answer.</summary>
    public static DnsReaction To(string type, DnsReaction reaction) => new((asked, answer) => asked.Type == type ? reaction.Make(asked, answer) : [answer]);

    /// <summary>A code and the question.</summary>
    public static DnsReaction Code(int code) => new((asked, _) => [DnsWire.Answer(asked, [], code)]);

    /// <summary>A code above 15, whose upper bits stand in an OPT record.</summary>
    public static DnsReaction ExtendedCode(int code) => new((asked, _) =>
        [[.. Change(DnsWire.Answer(asked, [], code & 0xF), 11, 1), 0, 0, 41, 4, 208, (byte)(code >> 4), 0, 0, 0, 0, 0]]);

    /// <summary>A header with a code and no question.</summary>
    public static DnsReaction BareCode(int code) => new((asked, _) => [[.. DnsWire.Short(asked.Id), 0x80, (byte)code, 0, 0, 0, 0, 0, 0, 0, 0]]);

    /// <summary>Any bytes.</summary>
    public static DnsReaction Raw(Func<AskedQuestion, byte[]> make) => new((asked, _) => [make(asked)]);

    /// <summary>A header and the question with so many answers promised, and a body of the test's own.</summary>
    public static DnsReaction Body(int answers, byte[] body, int flags = 0x8580) => Raw(asked => DnsWire.Message(asked.Id, flags, asked.Question, answers, body));

    private static byte[] Cut(AskedQuestion asked) => DnsWire.Message(asked.Id, 0x8780, asked.Question, 9, [0xC0]);

    private static byte[] Change(byte[] message, int at, byte by)
    {
        var changed = message.ToArray();
        changed[at] ^= by;
        return changed;
    }
}
