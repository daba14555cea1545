using System.Buffers.Binary;
using System.Net;

namespace EndpointMtls.Tests.Support;

/// <summary>A record that a <see cref="LoopbackDnsServer"/> serves.</summary>
internal abstract record ZoneRecord(int Type)
{
    public abstract byte[] Data { get; }
}

/// <summary>An A record.</summary>
internal sealed record A(string Address) : ZoneRecord(1)
{
    public override byte[] Data => IPAddress.Parse(Address).GetAddressBytes();
}

/// <summary>An AAAA record.</summary>
internal sealed record Aaaa(string Address) : ZoneRecord(28)
{
    public override byte[] Data => IPAddress.Parse(Address).GetAddressBytes();
}

/// <summary>An SRV record.</summary>
internal sealed record Srv(string Target, int Port, int Priority = 0, int Weight = 0) : ZoneRecord(33)
{
    public override byte[] Data
    {
        get
        {
            var numbers = new byte[6];
            BinaryPrimitives.WriteUInt16BigEndian(numbers, (ushort)Priority);
            BinaryPrimitives.WriteUInt16BigEndian(numbers.AsSpan(2), (ushort)Weight);
            BinaryPrimitives.WriteUInt16BigEndian(numbers.AsSpan(4), (ushort)Port);
            return [.. numbers, .. DnsWire.Name(Target)];
        }
    }
}

/// <summary>A CNAME record.</summary>
internal sealed record Cname(string Target) : ZoneRecord(5)
{
    public override byte[] Data => DnsWire.Name(Target);
}
