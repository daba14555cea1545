namespace EndpointMtls.Tests.Support;

/// <summary>How a <see cref="LoopbackDnsServer"/> reacts to a query.</summary>
/// <param name="Respond">Returns the messages to send, from the query and its correct response.</param>
/// <param name="ClosesConnection">Whether the server closes the TCP connection after that.</param>
/// <param name="After">A task that the server waits for before it responds.</param>
internal sealed record DnsReaction(Func<ReceivedQuery, byte[], byte[][]> Respond, bool ClosesConnection = false, Task? After = null)
{
    /// <summary>The correct response.</summary>
    public static readonly DnsReaction Answer = new((_, response) => [response]);

    /// <summary>No response.</summary>
    public static readonly DnsReaction Silence = new((_, _) => []);

    public static readonly DnsReaction CloseConnection = new((_, _) => [], ClosesConnection: true);

    public static readonly DnsReaction FormErr = Code(1);

    public static readonly DnsReaction ServFail = Code(2);

    public static readonly DnsReaction NotImp = Code(4);

    public static readonly DnsReaction Refused = Code(5);

    /// <summary>A truncated response over UDP, the correct one over TCP.</summary>
    public static readonly DnsReaction Truncated = new((query, response) => [query.OverTcp ? response : TruncatedResponse(query)]);

    public static readonly DnsReaction TruncatedEverywhere = new((query, _) => [TruncatedResponse(query)]);

    /// <summary>NXDOMAIN responses with wrong IDs, then the correct response.</summary>
    public static readonly DnsReaction WrongIdsFirst = new((query, response) =>
    [
        DnsWire.Answer(query with { Id = query.Id ^ 0x0100 }, [], code: 3),
        DnsWire.Answer(query with { Id = query.Id ^ 0x0001 }, [], code: 3),
        response,
    ]);

    /// <summary>Responses with another name, type and class in the question, then the correct response.</summary>
    public static readonly DnsReaction WrongQuestionFirst = new((query, response) =>
    [
        DnsWire.Answer(query with { Question = DnsWire.Question("other.test", 33) }, [("other.test", new Srv("evil.test", 1))]),
        Change(response, 12 + query.Question.Length - 3, 2),
        Change(response, 12 + query.Question.Length - 1, 2),
        response,
    ]);

    /// <summary>Messages that are not a response to the query (fragments, another opcode, the query itself), then the correct response.</summary>
    public static readonly DnsReaction InvalidMessagesFirst = new((query, response) =>
        [[], [1], response[..11], Change(response, 2, 0x08), query.Bytes, Change(response, 5, 3), Change(response, 12, 0xC0), response]);

    /// <summary>The given reaction to queries with EDNS; the correct response to others.</summary>
    public static DnsReaction ToEdns(DnsReaction reaction) => new((query, response) => query.PayloadSize is null ? [response] : reaction.Respond(query, response));

    /// <summary>The given reaction to queries of one type; the correct response to others.</summary>
    public static DnsReaction To(string type, DnsReaction reaction) => new((query, response) => query.Type == type ? reaction.Respond(query, response) : [response]);

    /// <summary>A response code, without records.</summary>
    public static DnsReaction Code(int code) => new((query, _) => [DnsWire.Answer(query, [], code)]);

    /// <summary>A response code above 15: its upper bits are in an OPT record.</summary>
    public static DnsReaction ExtendedCode(int code) => new((query, _) =>
        [[.. Change(DnsWire.Answer(query, [], code & 0xF), 11, 1), 0, 0, 41, 4, 208, (byte)(code >> 4), 0, 0, 0, 0, 0]]);

    /// <summary>A header with a response code, without a question.</summary>
    public static DnsReaction BareCode(int code) => new((query, _) => [[.. DnsWire.Short(query.Id), 0x80, (byte)code, 0, 0, 0, 0, 0, 0, 0, 0]]);

    /// <summary>Any bytes.</summary>
    public static DnsReaction Raw(Func<ReceivedQuery, byte[]> respond) => new((query, _) => [respond(query)]);

    /// <summary>A header with a number of answers, the question, and any bytes after it.</summary>
    public static DnsReaction Body(int answers, byte[] body, int flags = 0x8580) => Raw(query => DnsWire.Message(query.Id, flags, query.Question, answers, body));

    private static byte[] TruncatedResponse(ReceivedQuery query) => DnsWire.Message(query.Id, 0x8780, query.Question, 9, [0xC0]);

    private static byte[] Change(byte[] message, int at, byte by)
    {
        var changed = message.ToArray();
        changed[at] ^= by;
        return changed;
    }
}
