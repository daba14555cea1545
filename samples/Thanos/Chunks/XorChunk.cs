using System.Buffers.Binary;
using System.Numerics;

namespace Thanos.Chunks;

/// <summary>The XOR chunk encoding of Prometheus. A run of equal values at a constant interval takes two bits per sample.</summary>
/// <remarks>
/// A chunk has the number of samples (2 bytes), then a time and a value for each sample. The first time is a varint, the second a
/// uvarint of the delta to the first, and each later one the delta of the delta. The first value is a raw double, and each later one
/// the XOR with the value before it, without leading and trailing zeros.
/// </remarks>
public sealed class XorChunk
{
    private readonly BitWriter _bits = new();
    private long _timestamp;
    private ulong _distance;
    private ulong _value;
    private int _leading = int.MaxValue; // No window yet: no value fits.
    private int _trailing;

    public XorChunk() => _bits.Write(0, 16);

    /// <summary>The number of samples, at most 65535.</summary>
    public int Count { get; private set; }

    /// <summary>The encoded chunk. The next <see cref="Append"/> may change it.</summary>
    public ReadOnlySpan<byte> Bytes => _bits.Written;

    public void Append(long timestamp, double value)
    {
        if (Count == ushort.MaxValue)
            throw new InvalidOperationException($"A chunk has at most {ushort.MaxValue} samples; create another one.");

        var bits = BitConverter.DoubleToUInt64Bits(value);
        var distance = unchecked((ulong)(timestamp - _timestamp));

        if (Count == 0)
        {
            _bits.WriteVarint(timestamp);
            _bits.Write(bits, 64);
        }
        else
        {
            if (Count == 1)
                _bits.WriteUvarint(distance);
            else
                WriteChange(unchecked((long)(distance - _distance)));
            WriteXor(bits ^ _value);
            _distance = distance;
        }

        (_timestamp, _value) = (timestamp, bits);
        BinaryPrimitives.WriteUInt16BigEndian(_bits.Written, (ushort)++Count);
    }

    private void WriteChange(long change)
    {
        if (change == 0)
        {
            _bits.WriteBit(false);
            return;
        }

        var (prefix, prefixLength, length) = change switch
        {
            >= -8191 and <= 8192 => (0b10ul, 2, 14),
            >= -65535 and <= 65536 => (0b110ul, 3, 17),
            >= -524287 and <= 524288 => (0b1110ul, 4, 20),
            _ => (0b1111ul, 4, 64),
        };
        _bits.Write(prefix, prefixLength);
        _bits.Write((ulong)change, length);
    }

    private void WriteXor(ulong xor)
    {
        _bits.WriteBit(xor != 0);
        if (xor == 0)
            return;

        // The number of leading zeros has five bits.
        var leading = Math.Min(BitOperations.LeadingZeroCount(xor), 31);
        var trailing = BitOperations.TrailingZeroCount(xor);
        var fits = leading >= _leading && trailing >= _trailing;

        _bits.WriteBit(!fits);
        if (!fits)
        {
            (_leading, _trailing) = (leading, trailing);
            _bits.Write((ulong)leading, 5);
            _bits.Write((ulong)(64 - leading - trailing), 6); // 64 is encoded as 0.
        }

        _bits.Write(xor >> _trailing, 64 - _leading - _trailing);
    }
}
