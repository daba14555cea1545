using System.Formats.Asn1;

namespace EndpointMtls.Trust;

/// <summary>Reads DER without allocating memory: the values of a structure, one after the other.</summary>
/// <param name="data">The content of the structure.</param>
internal ref struct DerReader(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    public readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>Whether the next value has a tag. There may be no next value.</summary>
    public readonly bool HasNext(Asn1Tag tag) =>
        !_rest.IsEmpty && Asn1Tag.Decode(_rest, out _).HasSameClassAndValue(tag);

    /// <summary>Reads the next value, whatever its tag is.</summary>
    /// <returns>Its content.</returns>
    /// <exception cref="AsnContentException">The data is malformed, or there is no next value.</exception>
    public ReadOnlySpan<byte> Read(out Asn1Tag tag)
    {
        tag = AsnDecoder.ReadEncodedValue(_rest, AsnEncodingRules.DER, out var offset, out var length, out var consumed);
        var content = _rest.Slice(offset, length);
        _rest = _rest[consumed..];
        return content;
    }

    /// <summary>Reads the next value, which must have a tag.</summary>
    /// <returns>Its content.</returns>
    /// <exception cref="AsnContentException">The data is malformed, or the next value has another tag.</exception>
    public ReadOnlySpan<byte> Read(Asn1Tag tag)
    {
        var content = Read(out var found);
        return found.HasSameClassAndValue(tag) ? content : throw new AsnContentException($"tag {found} where {tag} is expected");
    }

    /// <summary>Reads the next value, which must be a sequence.</summary>
    /// <exception cref="AsnContentException">The data is malformed, or the next value is another one.</exception>
    public DerReader ReadSequence() => new(Read(Asn1Tag.Sequence));
}
