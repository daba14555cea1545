namespace EndpointMtls.Endpoints;

/// <summary>
/// Reads the <c>status</c> of a <c>grpc.health.v1.HealthCheckResponse</c> from the Protocol Buffers wire format, so that the
/// library does not depend on Google.Protobuf.
/// </summary>
internal ref struct HealthCheckResponseReader
{
    private const uint StatusTag = (1 << 3) | Varint;
    private const uint Varint = 0, Fixed64 = 1, LengthDelimited = 2, StartGroup = 3, EndGroup = 4, Fixed32 = 5;

    // As in Google.Protobuf.
    private const int MaxGroupDepth = 100;

    private ReadOnlySpan<byte> _rest;

    /// <summary>Skips all other fields. The last status in the message wins.</summary>
    /// <returns>The number of the status; 0, which is UNKNOWN, if the message has none.</returns>
    /// <exception cref="InvalidDataException">The message is malformed.</exception>
    public static int ReadStatus(ReadOnlySpan<byte> message)
    {
        var reader = new HealthCheckResponseReader { _rest = message };
        var status = 0;
        while (!reader._rest.IsEmpty)
        {
            var tag = reader.ReadTag();
            if (tag == StatusTag)
                status = (int)reader.ReadVarint();
            else
                reader.SkipField(tag, groupDepth: 0);
        }

        return status;
    }

    // A tag is a field number, from 1 to 2^29 - 1, followed by a wire type in the lowest 3 bits.
    private uint ReadTag() => ReadVarint() is var tag and >= 1 << 3 and <= uint.MaxValue ? (uint)tag : throw Malformed();

    private void SkipField(uint tag, int groupDepth)
    {
        switch (tag & 7)
        {
            case Varint:
                ReadVarint();
                break;
            case Fixed64:
                ReadBytes(8);
                break;
            case LengthDelimited:
                ReadBytes(ReadVarint());
                break;
            case StartGroup when groupDepth < MaxGroupDepth:
                var end = tag - StartGroup + EndGroup;
                while (ReadTag() is var inner && inner != end)
                    SkipField(inner, groupDepth + 1);
                break;
            case Fixed32:
                ReadBytes(4);
                break;
            default:
                throw Malformed();
        }
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var next = ReadBytes(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw Malformed();
    }

    private ReadOnlySpan<byte> ReadBytes(ulong count)
    {
        if (count > (ulong)_rest.Length)
            throw Malformed();

        var bytes = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return bytes;
    }

    private static InvalidDataException Malformed() => new("The message is malformed.");
}
