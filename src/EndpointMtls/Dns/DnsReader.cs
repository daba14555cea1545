using System.Buffers.Binary;

namespace EndpointMtls.Dns;

/// <summary>Reads the fields of a DNS message in order. Never reads beyond its end.</summary>
internal ref struct DnsReader(ReadOnlySpan<byte> message, int position)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _position = position;

    public readonly int Position => _position;

    public int ReadUInt16() => BinaryPrimitives.ReadUInt16BigEndian(ReadBytes(2));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32BigEndian(ReadBytes(4));

    public string ReadName() => DnsName.Read(_message, ref _position);

    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (count > _message.Length - _position)
        {
            throw new MalformedMessageException("the message ends too early");
        }

        var bytes = _message.Slice(_position, count);
        _position += count;
        return bytes;
    }
}
