using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using static EndpointMtls.Tests.Support.DnsWire;

namespace EndpointMtls.Tests.Dns;

/// <summary>Whatever a server sends, it is an answer or it is malformed; nothing else comes out.</summary>
public sealed class HostileMessageTests
{
    private static readonly DnsQuestion Stores = new("_grpc._tcp.a.test", DnsType.SRV);

    private static readonly byte[][] Samples =
    [
        Sample(),
        Sample(("_grpc._tcp.a.test", new Srv("b.test", 1, 2, 3)), ("_grpc._tcp.a.test", new Srv(".", 0))),
        Sample(("_grpc._tcp.a.test", new Cname("c.test")), ("c.test", new Cname("_grpc._tcp.a.test")), ("c.test", new Srv("d.test", 4))),
        Sample(("_grpc._tcp.a.test", new A("10.0.0.1")), ("a.test", new Aaaa("fd00::1"))),
        [.. Sample(("_grpc._tcp.a.test", new Srv("b.test", 1)))[..11], 1, .. Sample(("_grpc._tcp.a.test", new Srv("b.test", 1)))[12..], 0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0],
    ];

    // What means something to a parser: ends, lengths, pointers to here and there, types and counts.
    private static readonly byte[] Telling = [0, 1, 2, 4, 5, 12, 14, 16, 28, 33, 41, 63, 64, 0x80, 0xBF, 0xC0, 0xFF];

    [Test]
    public void Arbitrary_bytes() => Check(3000, ArbMap.Default.ArbFor<byte[]>().Generator.Select(bytes => bytes ?? []));

    [Test]
    public void Arbitrary_records_behind_a_sound_question() => Check(3000,
        from count in Gen.Choose(0, 4)
        from length in Gen.Choose(0, 120)
        from body in Gen.Elements(Telling).ArrayOf(length)
        select Message(0, 0x8180, Question(Stores.Name, 33), count, body));

    [Test]
    public void A_sound_answer_that_was_damaged() => Check(5000,
        from sample in Gen.Elements(Samples)
        from wounds in Gen.Choose(1, 6)
        from places in Gen.Choose(0, 1 << 16).ArrayOf(wounds)
        from kinds in Gen.Choose(0, 3).ArrayOf(wounds)
        from octets in Gen.Elements(Telling).ArrayOf(wounds)
        select Enumerable.Range(0, wounds).Aggregate(sample, (bytes, wound) => Damage(bytes, kinds[wound], places[wound], octets[wound])));

    private static byte[] Sample(params (string, ZoneRecord)[] records) =>
        Answer(new AskedQuestion(0, Stores.Name, "SRV", OverTcp: false, PayloadSize: null, Question(Stores.Name, 33), Bytes: []), records);

    private static byte[] Damage(byte[] bytes, int kind, int place, byte octet)
    {
        var at = place % (bytes.Length + 1);
        return kind switch
        {
            0 => [.. bytes[..at], octet, .. bytes[Math.Min(at + 1, bytes.Length)..]],
            1 => [.. bytes[..at], octet, .. bytes[at..]],
            2 => [.. bytes[..at], .. bytes[Math.Min(at + 1, bytes.Length)..]],
            _ => bytes[..at],
        };
    }

    private static void Check(int times, Gen<byte[]> messages) =>
        Prop.ForAll(messages.ToArbitrary(), message => AnswerOrMalformed(message)).Check(Config.QuickThrowOnFailure.WithMaxTest(times).WithQuietOnSuccess(true));

    private static bool AnswerOrMalformed(byte[] message)
    {
        _ = new DnsQuery(Stores, usesEdns: true).IsAnsweredBy(message);
        try
        {
            return DnsReply.Parse(message, Stores).Records.Cast<ServiceRecord>().All(record =>
                record.Service is { Target.Length: <= 253, Port: >= 0 and <= 65535, Priority: >= 0 and <= 65535, Weight: >= 0 and <= 65535 }
                && record.Service.Target.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'));
        }
        catch (MalformedMessageException exception)
        {
            return !exception.Message.Any(char.IsControl);
        }
    }
}
