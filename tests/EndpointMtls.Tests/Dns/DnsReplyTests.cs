using EndpointMtls.Dns;
using static EndpointMtls.Tests.Support.DnsWire;

namespace EndpointMtls.Tests.Dns;

/// <summary>Answers byte by byte, sound ones and hostile ones.</summary>
public sealed class DnsReplyTests
{
    // The name of every question here is 'a.test' and stands at byte 12: a part of one byte, then at 14 one of four.
    private const string Asked = "a.test";

    private static readonly byte[] ToQuestion = [0xC0, 12];
    private static readonly byte[] ToTest = [0xC0, 14];

    // Header and question take up this much.
    private static readonly int Body = 12 + Question(Asked, 33).Length;

    [Test]
    public void An_SRV_record_is_read_with_a_name_in_full() =>
        Services(Srv(7, 9, 10901, Name("Store-1.A.test"))).Should().Equal(new DnsServiceRecord("store-1.a.test", 10901, 7, 9));

    [Test]
    public void An_SRV_record_is_read_with_a_name_that_ends_elsewhere() =>
        Services(Srv(0, 0, 1, [1, (byte)'b', .. ToTest])).Should().Equal(new DnsServiceRecord("b.test", 1, 0, 0));

    [Test]
    public void The_port_0_is_kept_for_whoever_knows_a_better_one() =>
        Services(Srv(0, 0, 0, Name("b.test"))).Should().Equal(new DnsServiceRecord("b.test", 0, 0, 0));

    [Test]
    public void Addresses_of_both_families_are_read()
    {
        Parse(DnsType.A, 1, Record(ToQuestion, 1, [10, 0, 0, 1])).Records.Should().ContainSingle()
            .Which.Should().BeOfType<AddressRecord>().Which.Address.ToString().Should().Be("10.0.0.1");
        Parse(DnsType.AAAA, 1, Record(ToQuestion, 28, [0xFD, .. new byte[14], 1])).Records.Should().ContainSingle()
            .Which.Should().BeOfType<AddressRecord>().Which.Address.ToString().Should().Be("fd00::1");
    }

    [Test]
    public void Records_of_other_names_types_and_classes_do_not_count()
    {
        var foreignClass = Srv(0, 0, 1, Name("b.test"));
        foreignClass[5] = 3;

        Services([
            .. Record(Name("b.test"), 33, [0, 0, 0, 0, 0, 1, .. Name("c.test")]),
            .. Record(ToQuestion, 1, [10, 0, 0, 1]),
            .. Record(ToQuestion, 16, [3, 1, 2, 3]),
            .. foreignClass,
            .. Srv(0, 0, 2, Name("d.test"))]).Should().Equal(new DnsServiceRecord("d.test", 2, 0, 0));
    }

    [Test]
    public void Records_of_an_alias_count_wherever_they_stand() =>
        Services([
            .. Record(Name("c.test"), 33, [0, 0, 0, 0, 0, 1, .. Name("d.test")]),
            .. Record(Name("B.test"), 5, Name("c.TEST")),
            .. Record(ToQuestion, 5, Name("b.test"))]).Should().Equal(new DnsServiceRecord("d.test", 1, 0, 0));

    [Test]
    public void A_ring_of_aliases_comes_to_an_end() =>
        Services([.. Record(ToQuestion, 5, Name("b.test")), .. Record(Name("b.test"), 5, ToQuestion)]).Should().BeEmpty();

    [Test]
    public void Nothing_is_taken_from_an_answer_that_was_cut_off() =>
        Parse(DnsType.SRV, 9, [0xC0], flags: 0x8780).Should().Match<DnsReply>(reply => reply.IsTruncated && reply.Records.Count == 0);

    [Test]
    public void The_upper_bits_of_a_code_stand_in_an_OPT_record()
    {
        var message = Message(1, 0x8180, Question(Asked, 33), 0, [0, 0, 41, 4, 208, 1, 0, 0, 0, 0, 0]);
        message[11] = 1;

        DnsReply.Parse(message, new DnsQuestion(Asked, DnsType.SRV)).Code.Should().Be(DnsCode.BadVers);
    }

    [TestCase("b_1.x-y.test")]
    [TestCase("10.0.0.1")]
    public void A_target_is_the_name_of_a_host(string target) => Services(Srv(0, 0, 1, Name(target))).Should().ContainSingle().Which.Target.Should().Be(target);

    [TestCase("a/b")]
    [TestCase("a b")]
    [TestCase("a:1")]
    [TestCase("user@a")]
    [TestCase("*.test")]
    [TestCase("a\r\nb")]
    [TestCase("\u00E4")]
    [TestCase("a\\b")]
    public void A_target_that_is_not_is_malformed(string target) => Malformed(Srv(0, 0, 1, Name(target))).WithMessage("*target*");

    [Test]
    public void A_dot_within_a_part_of_a_target_is_malformed() => Malformed(Srv(0, 0, 1, [3, (byte)'a', (byte)'.', (byte)'b', 0])).WithMessage("*a\\046b*");

    [Test]
    public void A_pointer_that_points_forward_is_rejected() => Malformed([0xC0, (byte)(Body + 2), 0]).WithMessage("*points*");

    [Test]
    public void A_pointer_that_points_to_itself_is_rejected() => Malformed([0xC0, (byte)Body]).WithMessage("*points*");

    [Test]
    public void A_pointer_that_points_into_the_same_name_is_rejected() => Malformed([1, (byte)'a', 0xC0, (byte)Body]).WithMessage("*points*");

    [Test]
    public void A_pointer_into_the_header_is_rejected() => Malformed([0xC0, 4]).WithMessage("*points*");

    [TestCase(0x40)]
    [TestCase(0x80)]
    public void A_part_of_unknown_kind_is_rejected(byte kind) => Malformed([kind, 12, 0, 0]).WithMessage("*unknown kind*");

    [Test]
    public void A_row_of_pointers_has_an_end()
    {
        // Each points to the one before, and all are data of one record that nobody reads; then comes a name.
        var pointers = Enumerable.Range(0, 200).SelectMany(i => i == 0 ? ToQuestion : Short(0xC000 | (Body + 11 + (2 * (i - 1))))).ToArray();
        byte[] row = [.. Record([0], 16, pointers), .. Record(Short(0xC000 | (Body + 11 + 398)), 1, [1, 2, 3, 4])];

        FluentActions.Invoking(() => Parse(DnsType.SRV, 2, row)).Should().Throw<MalformedMessageException>().WithMessage("*points*");
    }

    [TestCase(4, false)]
    [TestCase(3, true)]
    public void A_name_has_at_most_255_bytes(int longParts, bool isSound)
    {
        byte[] part = [63, .. Enumerable.Repeat((byte)'x', 63)];
        byte[] name = [.. Enumerable.Repeat(part, longParts).SelectMany(bytes => bytes), 0];

        if (isSound)
            Services(Srv(0, 0, 1, name)).Should().ContainSingle();
        else
            Malformed(Srv(0, 0, 1, name)).WithMessage("*255*");
    }

    [Test]
    public void A_name_does_not_become_longer_than_that_by_pointers()
    {
        byte[] part = [63, .. Enumerable.Repeat((byte)'x', 63)];
        byte[] half = [.. part, .. part, 0];

        Malformed([.. Record(half, 16, []), .. Srv(0, 0, 1, [.. part, .. part, .. Short(0xC000 | Body)])], answers: 2).WithMessage("*255*");
    }

    [TestCase(1, 3)]
    [TestCase(1, 5)]
    [TestCase(28, 4)]
    [TestCase(33, 6)]
    [TestCase(5, 0)]
    public void Data_of_the_wrong_length_is_malformed(int type, int length) =>
        FluentActions.Invoking(() => Parse((DnsType)type, 2, [.. Record(ToQuestion, type, new byte[length]), .. Record(ToQuestion, 16, [])])).Should().Throw<MalformedMessageException>();

    [Test]
    public void Data_with_something_behind_it_is_malformed() => Malformed(Record(ToQuestion, 33, [0, 0, 0, 0, 0, 1, .. Name("b.test"), 0])).WithMessage("*data*");

    [Test]
    public void More_records_promised_than_there_are_is_malformed() => Malformed(Srv(0, 0, 1, Name("b.test")), answers: 2).WithMessage("*end*");

    [Test]
    public void Every_piece_of_a_sound_answer_is_malformed_on_its_own()
    {
        byte[] whole = Message(1, 0x8180, Question(Asked, 33), 1, Srv(0, 0, 1, Name("b.test")));

        Enumerable.Range(12, whole.Length - 12).Should().AllSatisfy(length =>
            FluentActions.Invoking(() => DnsReply.Parse(whole.AsSpan(0, length), new DnsQuestion(Asked, DnsType.SRV))).Should().Throw<MalformedMessageException>());
    }

    [Test]
    public void As_many_records_as_a_message_holds_are_read() =>
        Services(Enumerable.Range(0, 3000).SelectMany(i => Srv(0, 0, i, ToTest)).ToArray(), answers: 3000).Should().HaveCount(3000);

    private static byte[] Srv(int priority, int weight, int port, byte[] target) =>
        Record(ToQuestion, 33, [.. Short(priority), .. Short(weight), .. Short(port), .. target]);

    private static DnsReply Parse(DnsType type, int answers, byte[] body, int flags = 0x8180) =>
        DnsReply.Parse(Message(1, flags, Question(Asked, (int)type), answers, body), new DnsQuestion(Asked, type));

    private static IEnumerable<DnsServiceRecord> Services(byte[] body, int? answers = null) =>
        Parse(DnsType.SRV, answers ?? Count(body), body).Records.Cast<ServiceRecord>().Select(record => record.Service);

    private static FluentAssertions.Specialized.ExceptionAssertions<MalformedMessageException> Malformed(byte[] body, int answers = 1) =>
        FluentActions.Invoking(() => Parse(DnsType.SRV, answers, body)).Should().Throw<MalformedMessageException>();

    // How many records these are: each has its data behind ten bytes and a name.
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
