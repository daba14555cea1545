using System.Net;

namespace EndpointMtls.Dns;

/// <summary>Reads the records of an answer; those of other types and classes are passed over.</summary>
internal static class RecordReader
{
    /// <summary>Reads a record of the answer section. Returns <see langword="null"/> for one that is of no use here.</summary>
    public static DnsRecord? Read(ref DnsReader reader)
    {
        var (owner, type, recordClass, _) = ReadHead(ref reader);
        var length = reader.ReadUInt16();
        var begin = reader.Position;
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

        return reader.Position == begin + length ? record : throw new MalformedMessageException($"{type} data of {length} bytes that needs {reader.Position - begin}");
    }

    /// <summary>Passes over a record of another section. Returns the upper bits of the response code, if it has them.</summary>
    public static int SkipForCode(ref DnsReader reader)
    {
        var (_, type, _, timeToLive) = ReadHead(ref reader);
        reader.ReadBytes(reader.ReadUInt16());
        return type == DnsType.OPT ? (int)(timeToLive >> 24) << 4 : 0;
    }

    private static (string Owner, DnsType Type, int Class, uint TimeToLive) ReadHead(ref DnsReader reader) =>
        (reader.ReadName(), (DnsType)reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt32());

    private static IPAddress ReadAddress(ref DnsReader reader, int length, int expected) =>
        length == expected ? new IPAddress(reader.ReadBytes(length)) : throw new MalformedMessageException($"an address of {length} bytes");

    private static DnsServiceRecord ReadService(ref DnsReader reader)
    {
        var (priority, weight, port, target) = (reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadUInt16(), reader.ReadName());

        // It is dialled, logged and compared with patterns: nothing but the name of a host may come of it.
        return target.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? new DnsServiceRecord(target, port, priority, weight)
            : throw new MalformedMessageException($"an SRV record whose target '{target}' is not the name of a host");
    }
}
