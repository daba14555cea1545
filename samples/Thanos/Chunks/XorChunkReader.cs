namespace Thanos.Chunks;

/// <summary>Decodes chunks that <see cref="XorChunk"/> or Prometheus has written.</summary>
public static class XorChunkReader
{
    /// <exception cref="InvalidDataException">While enumerating: the data is not a complete chunk.</exception>
    public static IEnumerable<Sample> Read(ReadOnlyMemory<byte> chunk)
    {
        var bits = new BitReader(chunk);
        var count = (int)bits.Read(16);
        if (count == 0)
            yield break;

        var timestamp = bits.ReadVarint();
        var value = bits.Read(64);
        yield return new Sample(timestamp, BitConverter.UInt64BitsToDouble(value));

        long distance = 0;
        var window = new Window(0, 64);
        for (var i = 1; i < count; i++)
        {
            distance = unchecked(distance + (i == 1 ? (long)bits.ReadUvarint() : ReadChange(bits)));
            timestamp = unchecked(timestamp + distance);
            value ^= ReadXor(bits, ref window);
            yield return new Sample(timestamp, BitConverter.UInt64BitsToDouble(value));
        }
    }

    private static long ReadChange(BitReader bits)
    {
        var ones = 0;
        while (ones < 4 && bits.ReadBit())
            ones++;

        return ones switch
        {
            0 => 0,
            1 => ReadSigned(bits, 14),
            2 => ReadSigned(bits, 17),
            3 => ReadSigned(bits, 20),
            _ => (long)bits.Read(64),
        };
    }

    // Unlike two's complement: the middle value is positive.
    private static long ReadSigned(BitReader bits, int length)
    {
        var value = (long)bits.Read(length);
        return value > 1L << (length - 1) ? value - (1L << length) : value;
    }

    private static ulong ReadXor(BitReader bits, ref Window window)
    {
        if (!bits.ReadBit())
            return 0;

        if (bits.ReadBit())
        {
            var leading = (int)bits.Read(5);
            var length = (int)bits.Read(6);
            window = new Window(leading, length == 0 ? 64 : length);
            if (window.Trailing < 0)
                throw new InvalidDataException($"The chunk contains a value with {leading} leading zeros and {window.Length} bits, more than 64 bits in total.");
        }

        return bits.Read(window.Length) << window.Trailing;
    }

    private readonly record struct Window(int Leading, int Length)
    {
        public int Trailing => 64 - Leading - Length;
    }
}
