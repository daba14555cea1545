using System.Buffers.Binary;
using System.Security.Cryptography;

namespace EndpointMtls.Dns;

/// <summary>A query in wire format, with a random ID by which its response is recognized. RFC 1035; RFC 6891 for EDNS.</summary>
internal sealed class DnsQuery
{
    public const int HeaderLength = 12;
    public const int IsResponse = 0x8000;
    public const int InternetClass = 1;

    private const int OpcodeBits = 0x7800;
    private const int RecursionDesired = 0x0100;

    // A datagram of this size is not fragmented in any common network.
    private const ushort PayloadSize = 1232;

    private const int MaxQueryLength = HeaderLength + 255 + 4 + 11;

    // Random, so that an attacker has to guess it to forge a response.
    private readonly ushort _id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);

    /// <param name="question">The name and the record type to query.</param>
    /// <param name="usesEdns">Whether to announce with EDNS that long responses are accepted. Very old servers do not support EDNS.</param>
    public DnsQuery(DnsQuestion question, bool usesEdns)
    {
        Question = question;
        Span<byte> bytes = stackalloc byte[MaxQueryLength];
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

    /// <summary>Whether a message is the response to this query. An error response counts as well.</summary>
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

            // A server that could not read the question may leave it out. NOERROR and NXDOMAIN require the question.
            0 => (DnsResponseCode)(flags & 0xF) is not (DnsResponseCode.NoError or DnsResponseCode.NxDomain),
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
