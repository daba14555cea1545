using EndpointMtls.Dns;
using static EndpointMtls.Tests.Support.DnsWire;

namespace EndpointMtls.Tests.Dns;

/// <summary>Responses byte by byte, valid and malformed.</summary>
public sealed class DnsResponseTests
{
    // The name of each question is 'a.test'. It is at byte 12; its second label is at byte 14.
    private const string QuestionName = "a.test";

    private static readonly byte[] ToQuestion = [0xC0, 12];
    private static readonly byte[] ToTest = [0xC0, 14];

    // The length of the header and the question.
    private static readonly int BodyStart = 12 + Question(QuestionName, 33).Length;

    [Test]
    public void Reads_an_SRV_record_with_an_uncompressed_target() =>
        Services(Srv(7, 9, 10901, Name("Store-1.A.test"))).Should().Equal(new DnsServiceRecord("store-1.a.test", 10901, 7, 9));

    [Test]
    public void Reads_an_SRV_record_with_a_compressed_target() =>
        Services(Srv(0, 0, 1, [1, (byte)'b', .. ToTest])).Should().Equal(new DnsServiceRecord("b.test", 1, 0, 0));

    [Test]
    public void Reads_an_SRV_record_with_port_0() =>
        Services(Srv(0, 0, 0, Name("b.test"))).Should().Equal(new DnsServiceRecord("b.test", 0, 0, 0));

    [Test]
    public void Reads_A_and_AAAA_records()
    {
        Parse(DnsType.A, 1, Record(ToQuestion, 1, [10, 0, 0, 1])).Records.Should().ContainSingle()
            .Which.Should().BeOfType<AddressRecord>().Which.Address.ToString().Should().Be("10.0.0.1");
        Parse(DnsType.AAAA, 1, Record(ToQuestion, 28, [0xFD, .. new byte[14], 1])).Records.Should().ContainSingle()
            .Which.Should().BeOfType<AddressRecord>().Which.Address.ToString().Should().Be("fd00::1");
    }

    [Test]
    public void Ignores_records_of_other_names_types_and_classes()
    {
        var otherClass = Srv(0, 0, 1, Name("b.test"));
        otherClass[5] = 3;

        Services([
            .. Record(Name("b.test"), 33, [0, 0, 0, 0, 0, 1, .. Name("c.test")]),
            .. Record(ToQuestion, 1, [10, 0, 0, 1]),
            .. Record(ToQuestion, 16, [3, 1, 2, 3]),
            .. otherClass,
            .. Srv(0, 0, 2, Name("d.test"))]).Should().Equal(new DnsServiceRecord("d.test", 2, 0, 0));
    }

    [Test]
    public void Follows_aliases_in_any_order() =>
        Services([
            .. Record(Name("c.test"), 33, [0, 0, 0, 0, 0, 1, .. Name("d.test")]),
            .. Record(Name("B.test"), 5, Name("c.TEST")),
            .. Record(ToQuestion, 5, Name("b.test"))]).Should().Equal(new DnsServiceRecord("d.test", 1, 0, 0));

    [Test]
    public void Stops_at_a_loop_of_aliases() =>
        Services([.. Record(ToQuestion, 5, Name("b.test")), .. Record(Name("b.test"), 5, ToQuestion)]).Should().BeEmpty();

    [Test]
    public void Ignores_the_records_of_a_truncated_response() =>
        Parse(DnsType.SRV, 9, [0xC0], flags: 0x8780).Should().Match<DnsResponse>(reply => reply.IsTruncated && reply.Records.Count == 0);

    [Test]
    public void Reads_the_upper_bits_of_the_response_code_from_an_OPT_record()
    {
        var message = Message(1, 0x8180, Question(QuestionName, 33), 0, [0, 0, 41, 4, 208, 1, 0, 0, 0, 0, 0]);
        message[11] = 1;

        DnsResponse.Parse(message, new DnsQuestion(QuestionName, DnsType.SRV)).Code.Should().Be(DnsResponseCode.BadVers);
    }

    [TestCase("b_1.x-y.test")]
    [TestCase("10.0.0.1")]
    public void Accepts_a_host_name_as_SRV_target(string target) => Services(Srv(0, 0, 1, Name(target))).Should().ContainSingle().Which.Target.Should().Be(target);

    [TestCase("a/b")]
    [TestCase("a b")]
    [TestCase("a:1")]
    [TestCase("user@a")]
    [TestCase("*.test")]
    [TestCase("a\r\nb")]
    [TestCase("\u00E4")]
    [TestCase("a\\b")]
    public void Rejects_an_SRV_target_that_is_not_a_host_name(string target) => Malformed(Srv(0, 0, 1, Name(target))).WithMessage("*target*");

    [Test]
    public void Rejects_an_SRV_target_with_a_dot_inside_a_label() => Malformed(Srv(0, 0, 1, [3, (byte)'a', (byte)'.', (byte)'b', 0])).WithMessage("*a\\046b*");

    [Test]
    public void Rejects_a_pointer_forward() => Malformed([0xC0, (byte)(BodyStart + 2), 0]).WithMessage("*pointer*");

    [Test]
    public void Rejects_a_pointer_to_itself() => Malformed([0xC0, (byte)BodyStart]).WithMessage("*pointer*");

    [Test]
    public void Rejects_a_pointer_into_the_same_name() => Malformed([1, (byte)'a', 0xC0, (byte)BodyStart]).WithMessage("*pointer*");

    [Test]
    public void Rejects_a_pointer_into_the_header() => Malformed([0xC0, 4]).WithMessage("*pointer*");

    [TestCase(0x40)]
    [TestCase(0x80)]
    public void Rejects_a_label_of_unknown_type(byte type) => Malformed([type, 12, 0, 0]).WithMessage("*unknown type*");

    [Test]
    public void Rejects_a_long_chain_of_pointers()
    {
        // Each points to the one before. All are the data of one ignored record; the owner of the next record points to the last.
        var pointers = Enumerable.Range(0, 200).SelectMany(i => i == 0 ? ToQuestion : Short(0xC000 | (BodyStart + 11 + (2 * (i - 1))))).ToArray();
        byte[] body = [.. Record([0], 16, pointers), .. Record(Short(0xC000 | (BodyStart + 11 + 398)), 1, [1, 2, 3, 4])];

        FluentActions.Invoking(() => Parse(DnsType.SRV, 2, body)).Should().Throw<MalformedMessageException>().WithMessage("*pointer*");
    }

    [TestCase(4, false)]
    [TestCase(3, true)]
    public void Limits_a_name_to_255_bytes(int longLabels, bool isValid)
    {
        byte[] label = [63, .. Enumerable.Repeat((byte)'x', 63)];
        byte[] name = [.. Enumerable.Repeat(label, longLabels).SelectMany(bytes => bytes), 0];

        if (isValid)
            Services(Srv(0, 0, 1, name)).Should().ContainSingle();
        else
            Malformed(Srv(0, 0, 1, name)).WithMessage("*255*");
    }

    [Test]
    public void Limits_a_compressed_name_to_255_bytes()
    {
        byte[] label = [63, .. Enumerable.Repeat((byte)'x', 63)];
        byte[] half = [.. label, .. label, 0];

        Malformed([.. Record(half, 16, []), .. Srv(0, 0, 1, [.. label, .. label, .. Short(0xC000 | BodyStart)])], answers: 2).WithMessage("*255*");
    }

    [TestCase(1, 3)]
    [TestCase(1, 5)]
    [TestCase(28, 4)]
    [TestCase(33, 6)]
    [TestCase(5, 0)]
    public void Rejects_data_of_the_wrong_length(int type, int length) =>
        FluentActions.Invoking(() => Parse((DnsType)type, 2, [.. Record(ToQuestion, type, new byte[length]), .. Record(ToQuestion, 16, [])])).Should().Throw<MalformedMessageException>();

    [Test]
    public void Rejects_data_with_extra_bytes() => Malformed(Record(ToQuestion, 33, [0, 0, 0, 0, 0, 1, .. Name("b.test"), 0])).WithMessage("*data*");

    [Test]
    public void Rejects_a_message_with_fewer_records_than_announced() => Malformed(Srv(0, 0, 1, Name("b.test")), answers: 2).WithMessage("*end*");

    [Test]
    public void Rejects_every_incomplete_part_of_a_valid_response()
    {
        byte[] whole = Message(1, 0x8180, Question(QuestionName, 33), 1, Srv(0, 0, 1, Name("b.test")));

        Enumerable.Range(12, whole.Length - 12).Should().AllSatisfy(length =>
            FluentActions.Invoking(() => DnsResponse.Parse(whole.AsSpan(0, length), new DnsQuestion(QuestionName, DnsType.SRV))).Should().Throw<MalformedMessageException>());
    }

    [Test]
    public void Reads_thousands_of_records() =>
        Services(Enumerable.Range(0, 3000).SelectMany(i => Srv(0, 0, i, ToTest)).ToArray(), answers: 3000).Should().HaveCount(3000);

    private static byte[] Srv(int priority, int weight, int port, byte[] target) =>
        Record(ToQuestion, 33, [.. Short(priority), .. Short(weight), .. Short(port), .. target]);

    private static DnsResponse Parse(DnsType type, int answers, byte[] body, int flags = 0x8180) =>
        DnsResponse.Parse(Message(1, flags, Question(QuestionName, (int)type), answers, body), new DnsQuestion(QuestionName, type));

    private static IEnumerable<DnsServiceRecord> Services(byte[] body, int? answers = null) =>
        Parse(DnsType.SRV, answers ?? Count(body), body).Records.Cast<ServiceRecord>().Select(record => record.Service);

    private static FluentAssertions.Specialized.ExceptionAssertions<MalformedMessageException> Malformed(byte[] body, int answers = 1) =>
        FluentActions.Invoking(() => Parse(DnsType.SRV, answers, body)).Should().Throw<MalformedMessageException>();

    // Counts the records. Each is a name, ten bytes, and the data.
    private static int Count(byte[] body)
    {
        var (at, count) = (0, 0);
        for (; at < body.Length; count++)
        {
            while (body[at] is > 0 and < 0xC0)
                at += 1 + body[at];
            at += body[at] == 0 ? 1 : 2;
            at += 10 + ((body[at + 8] << 8) | body[at + 9]);
        }

        return count;
    }
}
