namespace Thanos.Chunks;

/// <summary>Reads what <see cref="BitWriter"/> writes.</summary>
internal sealed class BitReader(ReadOnlyMemory<byte> data)
{
    private long _position; // in bits

    public ulong Read(int count)
    {
        if (_position + count > data.Length * 8L)
            throw new InvalidDataException($"The chunk of {data.Length} bytes ends before its last sample.");

        var bytes = data.Span;
        ulong bits = 0;
        while (count > 0)
        {
            var left = 8 - (int)(_position & 7);
            var taken = Math.Min(left, count);
            var part = (uint)bytes[(int)(_position >> 3)] >> (left - taken) & ((1u << taken) - 1);
            bits = bits << taken | part;
            _position += taken;
            count -= taken;
        }

        return bits;
    }

    public bool ReadBit() => Read(1) == 1;

    public ulong ReadUvarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Read(8);
            value |= (next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new InvalidDataException("The chunk contains a number of more than 64 bits.");
    }

    public long ReadVarint()
    {
        var value = ReadUvarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }
}
