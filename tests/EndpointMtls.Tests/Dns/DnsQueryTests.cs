using EndpointMtls.Dns;
using EndpointMtls.Tests.Support;
using static EndpointMtls.Tests.Support.DnsWire;

namespace EndpointMtls.Tests.Dns;

/// <summary>The bytes of queries, and which messages are accepted as their responses.</summary>
public sealed class DnsQueryTests
{
    private static readonly DnsQuestion Stores = new("_grpc._tcp.a.test", DnsType.SRV);

    [Test]
    public void Writes_a_query_with_EDNS()
    {
        var bytes = new DnsQuery(Stores, usesEdns: true).Bytes.ToArray();

        bytes[2..].Should().Equal([
            0x01, 0x00, // a query with recursion desired
            0, 1, 0, 0, 0, 0, 0, 1, // one question, one additional record
            5, (byte)'_', (byte)'g', (byte)'r', (byte)'p', (byte)'c', 4, (byte)'_', (byte)'t', (byte)'c', (byte)'p',
            1, (byte)'a', 4, (byte)'t', (byte)'e', (byte)'s', (byte)'t', 0,
            0, 33, 0, 1, // SRV, IN
            0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0, // OPT: payload size 1232, version 0, no options
        ]);
    }

    [Test]
    public void Writes_a_query_without_EDNS()
    {
        var bytes = new DnsQuery(Stores, usesEdns: false).Bytes.ToArray();

        bytes[10..12].Should().Equal(0, 0);
        bytes[^4..].Should().Equal(0, 33, 0, 1);
    }

    [Test]
    public void Uses_random_IDs() =>
        Enumerable.Range(0, 64).Select(_ => IdOf(new DnsQuery(Stores, usesEdns: true))).Distinct().Count().Should().BeGreaterThan(32);

    [TestCase("A.Test", "a.test", Description = "Case is ignored")]
    [TestCase("a.test", "A.tEST")]
    [TestCase("a.test.", "a.test", Description = "A trailing dot is ignored")]
    public void Accepts_a_response_with_the_same_question(string queried, string answered)
    {
        var query = new DnsQuery(new DnsQuestion(queried, DnsType.A), usesEdns: true);

        query.IsAnsweredBy(Message(IdOf(query), 0x8180, Question(answered, 1), 0, [])).Should().BeTrue();
    }

    [TestCase(1, 0x8180, "a.test", 1, 1, Description = "Another ID")]
    [TestCase(0, 0x0180, "a.test", 1, 1, Description = "A query")]
    [TestCase(0, 0x8980, "a.test", 1, 1, Description = "Another opcode")]
    [TestCase(0, 0x8180, "b.test", 1, 1, Description = "Another name")]
    [TestCase(0, 0x8180, "a.test.a.test", 1, 1, Description = "A longer name")]
    [TestCase(0, 0x8180, "a", 1, 1, Description = "A shorter name")]
    [TestCase(0, 0x8180, "a.test", 28, 1, Description = "Another type")]
    [TestCase(0, 0x8180, "a.test", 1, 3, Description = "Another class")]
    public void Rejects_any_other_message(int idChange, int flags, string name, int type, byte recordClass)
    {
        var query = new DnsQuery(new DnsQuestion("a.test", DnsType.A), usesEdns: true);

        query.IsAnsweredBy(Message(IdOf(query) ^ idChange, flags, [.. Question(name, type)[..^1], recordClass], 0, [])).Should().BeFalse();
    }

    [Test]
    public void Rejects_a_name_with_a_dot_inside_a_label()
    {
        var query = new DnsQuery(new DnsQuestion("a.test", DnsType.A), usesEdns: true);

        query.IsAnsweredBy(Message(IdOf(query), 0x8180, [6, .. "a.test"u8, 0, 0, 1, 0, 1], 0, [])).Should().BeFalse();
    }

    [TestCase(1, true)]
    [TestCase(2, true)]
    [TestCase(4, true)]
    [TestCase(5, true)]
    [TestCase(0, false)]
    [TestCase(3, false)]
    public void Accepts_a_response_without_a_question_by_its_code(int code, bool isAccepted)
    {
        var query = new DnsQuery(Stores, usesEdns: true);

        query.IsAnsweredBy([.. Short(IdOf(query)), 0x80, (byte)code, 0, 0, 0, 0, 0, 0, 0, 0]).Should().Be(isAccepted);
    }

    [TestCase("a..b")]
    [TestCase(".a")]
    [TestCase("")]
    [TestCase("ä.test")]
    [TestCase("\u212A.test", Description = "Its lower case is 'k'")]
    [TestCase("a b")]
    [TestCase("a\\046b")]
    public void Rejects_an_invalid_name(string name) =>
        Creating(name).Should().Throw<ArgumentException>().Which.Message.Should().BeApproved();

    [Test]
    public void Limits_the_length_of_names_and_labels()
    {
        var label = new string('x', 63);
        var longest = $"{label}.{label}.{label}.{label[..61]}";

        new DnsQuery(new DnsQuestion(longest + ".", DnsType.A), usesEdns: true).Bytes.Length.Should().Be(12 + 255 + 4 + 11);
        Creating(longest + "x").Should().Throw<ArgumentException>().WithMessage("*254*253*");
        Creating($"{label}x.test").Should().Throw<ArgumentException>().WithMessage("*64*63*");
    }

    private static Action Creating(string name) => () => _ = new DnsQuestion(name, DnsType.A);

    private static int IdOf(DnsQuery query) => (query.Bytes.Span[0] << 8) | query.Bytes.Span[1];
}
