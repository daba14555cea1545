using System.Buffers.Binary;
using System.Numerics;

namespace EndpointMtls.InteropTests.Prometheus;

/// <summary>A chunk file in a block that Prometheus wrote.</summary>
/// <remarks>Magic (4 bytes), version (1), padding (3); then per chunk its length (uvarint), encoding (1), data, CRC32C (4).</remarks>
internal static class ChunkSegment
{
    private const uint Magic = 0x85BD40DD;
    private const int HeaderLength = 8;
    private const byte XorEncoding = 1;

    public static IEnumerable<ReadOnlyMemory<byte>> Read(ReadOnlyMemory<byte> file)
    {
        Assert.That(BinaryPrimitives.ReadUInt32BigEndian(file.Span), Is.EqualTo(Magic));
        Assert.That(file.Span[4], Is.EqualTo(1), "the version");

        for (var rest = file[HeaderLength..]; !rest.IsEmpty;)
        {
            var length = ReadLength(ref rest);
            var encodingAndData = rest[..(1 + length)];
            Assert.That(encodingAndData.Span[0], Is.EqualTo(XorEncoding));
            Assert.That(BinaryPrimitives.ReadUInt32BigEndian(rest.Span[(1 + length)..]), Is.EqualTo(Checksum(encodingAndData.Span)));

            yield return encodingAndData[1..];
            rest = rest[(1 + length + sizeof(uint))..];
        }
    }

    private static int ReadLength(ref ReadOnlyMemory<byte> rest)
    {
        var (length, shift) = (0, 0);
        byte next;
        do
        {
            next = rest.Span[0];
            rest = rest[1..];
            length |= (next & 0x7F) << shift;
            shift += 7;
        }
        while (next >= 0x80);
        return length;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var next in bytes)
            crc = BitOperations.Crc32C(crc, next);
        return ~crc;
    }
}
