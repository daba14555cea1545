using System.Net;

namespace EndpointMtls.Dns;

/// <summary>Reads resource records. Skips records of other types and classes.</summary>
internal static class RecordReader
{
    /// <summary>Reads a record of the answer section. Returns <see langword="null"/> if its type or class is not supported.</summary>
    public static DnsRecord? Read(ref DnsReader reader)
    {
        var (owner, type, recordClass, _) = ReadHeader(ref reader);
        var length = reader.ReadUInt16();
        var start = reader.Position;
        DnsRecord? record = recordClass != DnsQuery.InternetClass ? null : type switch
        {
            DnsType.A => new AddressRecord(owner, type, ReadAddress(ref reader, length, 4)),
            DnsType.AAAA => new AddressRecord(owner, type, ReadAddress(ref reader, length, 16)),
            DnsType.CNAME => new AliasRecord(owner, reader.ReadName()),
            DnsType.SRV => new ServiceRecord(owner, ReadService(ref reader)),
            _ => null,
        };
        if (record is null)
        {
            reader.ReadBytes(length);
        }

        return reader.Position == start + length
            ? record
            : throw new MalformedMessageException($"the {type} data of {reader.Position - start} bytes has the length {length}");
    }

    /// <summary>Skips a record of another section. Returns the upper bits of the response code of an OPT record, otherwise 0.</summary>
    public static int SkipAndReadExtendedCode(ref DnsReader reader)
    {
        var (_, type, _, timeToLive) = ReadHeader(ref reader);
        reader.ReadBytes(reader.ReadUInt16());
        return type == DnsType.OPT ? (int)(timeToLive >> 24) << 4 : 0;
    }

    private static (string Owner, DnsType Type, int Class, uint TimeToLive) ReadHeader(ref DnsReader reader) =>
        (reader.ReadName(), (DnsType)reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt32());

    private static IPAddress ReadAddress(ref DnsReader reader, int length, int expected) => length == expected
        ? new IPAddress(reader.ReadBytes(length))
        : throw new MalformedMessageException($"an address has {length} bytes");

    private static DnsServiceRecord ReadService(ref DnsReader reader)
    {
        var (priority, weight, port, target) = (reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadName());

        // The target is dialed, logged and compared with patterns, so it must be a host name.
        return target.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? new DnsServiceRecord(target, port, priority, weight)
            : throw new MalformedMessageException($"the SRV target '{target}' is not a host name");
    }
}
