using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EndpointMtls.Dns;

/// <summary>A question as it is sent, and how to tell its answer from any other. RFC 1035; RFC 6891 for EDNS.</summary>
internal sealed class DnsQuery
{
    public const int HeaderLength = 12;
    public const int IsResponse = 0x8000;
    public const int InternetClass = 1;

    private const int OpcodeBits = 0x7800;
    private const int RecursionDesired = 0x0100;

    // What fits into every network without being cut to pieces.
    private const ushort PayloadSize = 1232;

    private const int LongestQuery = HeaderLength + 255 + 4 + 11;

    // Whoever wants to answer in the server's place has to guess it.
    private readonly ushort _id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);

    /// <param name="question">What is asked.</param>
    /// <param name="usesEdns">Whether to say that long answers are welcome. Very old servers do not understand that.</param>
    public DnsQuery(DnsQuestion question, bool usesEdns)
    {
        Question = question;
        Span<byte> bytes = stackalloc byte[LongestQuery];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, _id);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], (ushort)(usesEdns ? 1 : 0));
        var length = HeaderLength + DnsName.Write(question.Name, bytes[HeaderLength..]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[length..], (ushort)question.Type);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[(length + 2)..], InternetClass);
        length += 4;
        if (usesEdns)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes[(length + 1)..], (ushort)DnsType.OPT);
            BinaryPrimitives.WriteUInt16BigEndian(bytes[(length + 3)..], PayloadSize);
            length += 11;
        }

        Bytes = bytes[..length].ToArray();
    }

    public DnsQuestion Question { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Whether a message answers this query, be it well or badly.</summary>
    public bool IsAnsweredBy(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderLength || BinaryPrimitives.ReadUInt16BigEndian(message) != _id)
        {
            return false;
        }

        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        return (flags & (IsResponse | OpcodeBits)) == IsResponse && BinaryPrimitives.ReadUInt16BigEndian(message[4..]) switch
        {
            1 => RepeatsQuestion(message),

            // A server that did not get as far as the question need not repeat it. But what it says of a name, it says of this one.
            0 => (DnsCode)(flags & 0xF) is not (DnsCode.NoError or DnsCode.NxDomain),
            _ => false,
        };
    }

    private bool RepeatsQuestion(ReadOnlySpan<byte> message)
    {
        try
        {
            var reader = new DnsReader(message, HeaderLength);
            return reader.ReadName() == Question.Name && reader.ReadUInt16() == (int)Question.Type && reader.ReadUInt16() == InternetClass;
        }
        catch (MalformedMessageException)
        {
            return false;
        }
    }
}
