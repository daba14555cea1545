namespace Thanos.Chunks;

/// <summary>Appends bits to a growing array, most significant bit first.</summary>
internal sealed class BitWriter
{
    private byte[] _bytes = new byte[128];
    private int _length; // in bits

    public Span<byte> Written => _bytes.AsSpan(0, (_length + 7) / 8);

    public void Write(ulong bits, int count)
    {
        if (_length + count > _bytes.Length * 8)
            Array.Resize(ref _bytes, _bytes.Length * 2);

        while (count > 0)
        {
            var free = 8 - (_length & 7);
            var taken = Math.Min(free, count);
            count -= taken;
            var part = (uint)(bits >> count) & ((1u << taken) - 1);
            _bytes[_length >> 3] |= (byte)(part << (free - taken));
            _length += taken;
        }
    }

    public void WriteBit(bool bit) => Write(bit ? 1ul : 0, 1);

    /// <summary>Writes a varint: seven bits per byte, least significant first. The high bit means that more bytes follow.</summary>
    public void WriteUvarint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            Write(value & 0x7F | 0x80, 8);
        Write(value, 8);
    }

    /// <summary>Zigzag encoding: small negative numbers become small unsigned numbers.</summary>
    public void WriteVarint(long value) => WriteUvarint((ulong)(value << 1 ^ value >> 63));
}
