using EndpointMtls.Dns;
using static EndpointMtls.Tests.Support.DnsWire;

namespace EndpointMtls.Tests.Dns;

/// <summary>Queries byte by byte, and which messages count as their answers.</summary>
public sealed class DnsQueryTests
{
    private static readonly DnsQuestion Stores = new("_grpc._tcp.a.test", DnsType.SRV);

    [Test]
    public void A_query_is_what_the_RFCs_draw()
    {
        var bytes = new DnsQuery(Stores, usesEdns: true).Bytes.ToArray();

        bytes[2..].Should().Equal([
            0x01, 0x00, // a query; recursion is desired
            0, 1, 0, 0, 0, 0, 0, 1, // one question, one record behind it
            5, (byte)'_', (byte)'g', (byte)'r', (byte)'p', (byte)'c', 4, (byte)'_', (byte)'t', (byte)'c', (byte)'p',
            1, (byte)'a', 4, (byte)'t', (byte)'e', (byte)'s', (byte)'t', 0,
            0, 33, 0, 1, // SRV, IN
            0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0, // OPT with 1232 bytes, version 0, nothing in it
        ]);
    }

    [Test]
    public void Without_EDNS_nothing_stands_behind_the_question()
    {
        var bytes = new DnsQuery(Stores, usesEdns: false).Bytes.ToArray();

        bytes[10..12].Should().Equal(0, 0);
        bytes[^4..].Should().Equal(0, 33, 0, 1);
    }

    [Test]
    public void Numbers_of_queries_are_not_those_that_were_there_before() =>
        Enumerable.Range(0, 64).Select(_ => IdOf(new DnsQuery(Stores, usesEdns: true))).Distinct().Count().Should().BeGreaterThan(32);

    [TestCase("A.Test", "a.test", Description = "Case does not count")]
    [TestCase("a.test", "A.tEST")]
    [TestCase("a.test.", "a.test", Description = "A trailing dot does not count")]
    public void A_message_with_the_same_question_is_the_answer(string asked, string answered)
    {
        var query = new DnsQuery(new DnsQuestion(asked, DnsType.A), usesEdns: true);

        query.IsAnsweredBy(Message(IdOf(query), 0x8180, Question(answered, 1), 0, [])).Should().BeTrue();
    }

    [TestCase(1, 0x8180, "a.test", 1, 1, Description = "Another number")]
    [TestCase(0, 0x0180, "a.test", 1, 1, Description = "A query")]
    [TestCase(0, 0x8980, "a.test", 1, 1, Description = "Another opcode")]
    [TestCase(0, 0x8180, "b.test", 1, 1, Description = "Another name")]
    [TestCase(0, 0x8180, "a.test.a.test", 1, 1, Description = "A longer name")]
    [TestCase(0, 0x8180, "a", 1, 1, Description = "A shorter name")]
    [TestCase(0, 0x8180, "a.test", 28, 1, Description = "Another type")]
    [TestCase(0, 0x8180, "a.test", 1, 3, Description = "Another class")]
    public void Any_other_message_is_not(int idChange, int flags, string name, int type, byte recordClass)
    {
        var query = new DnsQuery(new DnsQuestion("a.test", DnsType.A), usesEdns: true);

        query.IsAnsweredBy(Message(IdOf(query) ^ idChange, flags, [.. Question(name, type)[..^1], recordClass], 0, [])).Should().BeFalse();
    }

    [Test]
    public void A_dot_within_a_part_does_not_make_two_of_it()
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
    public void Only_who_has_nothing_to_say_of_the_name_may_leave_it_out(int code, bool answers)
    {
        var query = new DnsQuery(Stores, usesEdns: true);

        query.IsAnsweredBy([.. Short(IdOf(query)), 0x80, (byte)code, 0, 0, 0, 0, 0, 0, 0, 0]).Should().Be(answers);
    }

    [TestCase("a..b", "*between two dots*")]
    [TestCase(".a", "*between two dots*")]
    [TestCase("", "*between two dots*")]
    [TestCase("ä.test", "*xn--*")]
    [TestCase("\u212A.test", "*xn--*", Description = "In lower case it would be 'k'")]
    [TestCase("a b", "*cannot be looked up*")]
    [TestCase("a\\046b", "*cannot be looked up*")]
    public void A_name_that_nobody_can_be_asked_for_is_refused(string name, string why) =>
        Asking(name).Should().Throw<ArgumentException>().WithMessage(why);

    [Test]
    public void Names_and_parts_may_be_as_long_as_DNS_allows_and_no_longer()
    {
        var part = new string('x', 63);
        var longest = $"{part}.{part}.{part}.{part[..61]}";

        new DnsQuery(new DnsQuestion(longest + ".", DnsType.A), usesEdns: true).Bytes.Length.Should().Be(12 + 255 + 4 + 11);
        Asking(longest + "x").Should().Throw<ArgumentException>().WithMessage("*254*253*");
        Asking($"{part}x.test").Should().Throw<ArgumentException>().WithMessage("*64*63*");
    }

    private static Action Asking(string name) => () => _ = new DnsQuestion(name, DnsType.A);

    private static int IdOf(DnsQuery query) => (query.Bytes.Span[0] << 8) | query.Bytes.Span[1];
}
