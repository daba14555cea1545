using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;
using FsCheck;
using FsCheck.Fluent;
using static EndpointMtls.Tests.Support.DnsWire;

namespace EndpointMtls.Tests.Dns;

/// <summary>Any message is either parsed or rejected as malformed: there are no other exceptions, and no invalid values.</summary>
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

    // Bytes with a meaning for the parser: ends, lengths, pointers, types and counts.
    private static readonly byte[] SpecialBytes = [0, 1, 2, 4, 5, 12, 14, 16, 28, 33, 41, 63, 64, 0x80, 0xBF, 0xC0, 0xFF];

    [Test]
    public void Survives_arbitrary_bytes() => Check(3000, ArbMap.Default.ArbFor<byte[]>().Generator.Select(bytes => bytes ?? []));

    [Test]
    public void Survives_arbitrary_records_after_a_valid_question() => Check(3000,
        from count in Gen.Choose(0, 4)
        from length in Gen.Choose(0, 120)
        from body in Gen.Elements(SpecialBytes).ArrayOf(length)
        select Message(0, 0x8180, Question(Stores.Name, 33), count, body));

    [Test]
    public void Survives_a_damaged_response() => Check(5000,
        from sample in Gen.Elements(Samples)
        from changes in Gen.Choose(1, 6)
        from places in Gen.Choose(0, 1 << 16).ArrayOf(changes)
        from kinds in Gen.Choose(0, 3).ArrayOf(changes)
        from octets in Gen.Elements(SpecialBytes).ArrayOf(changes)
        select Enumerable.Range(0, changes).Aggregate(sample, (bytes, change) => Damage(bytes, kinds[change], places[change], octets[change])));

    private static byte[] Sample(params (string, ZoneRecord)[] records) =>
        Answer(new ReceivedQuery(0, Stores.Name, "SRV", OverTcp: false, PayloadSize: null, Question(Stores.Name, 33), Bytes: []), records);

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
        Prop.ForAll(messages.ToArbitrary(), message => IsParsedOrMalformed(message)).Check(Config.QuickThrowOnFailure.WithMaxTest(times).WithQuietOnSuccess(true));

    private static bool IsParsedOrMalformed(byte[] message)
    {
        _ = new DnsQuery(Stores, usesEdns: true).IsAnsweredBy(message);
        try
        {
            return DnsResponse.Parse(message, Stores).Records.Cast<ServiceRecord>().All(record =>
                record.Service is { Target.Length: <= 253, Port: >= 0 and <= 65535, Priority: >= 0 and <= 65535, Weight: >= 0 and <= 65535 }
                && record.Service.Target.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'));
        }
        catch (MalformedMessageException exception)
        {
            return !exception.Message.Any(char.IsControl);
        }
    }
}
