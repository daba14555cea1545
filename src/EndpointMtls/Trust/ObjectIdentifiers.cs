using System.Formats.Asn1;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Encoded object identifiers of certificates.</summary>
internal static class ObjectIdentifiers
{
    public static ReadOnlySpan<byte> SubjectAltName => [0x55, 0x1D, 17];

    public static ReadOnlySpan<byte> BasicConstraints => [0x55, 0x1D, 19];

    public static ReadOnlySpan<byte> NameConstraints => [0x55, 0x1D, 30];

    public static ReadOnlySpan<byte> AuthorityInfoAccess => [0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01];

    /// <summary>The last number of an identifier directly below another one; -1 if it is not below it, or has a number above 127.</summary>
    public static int LastNumber(ReadOnlySpan<byte> oid, ReadOnlySpan<byte> parent) =>
        oid.Length == parent.Length + 1 && oid.StartsWith(parent) && oid[^1] < 128 ? oid[^1] : -1;

    /// <summary>The identifier in dotted form, bounded.</summary>
    /// <exception cref="AsnContentException">It is malformed.</exception>
    public static string Format(ReadOnlySpan<byte> oid)
    {
        var start = oid[..Math.Min(oid.Length, 127)];
        ReadOnlySpan<byte> encoded = [(byte)UniversalTagNumber.ObjectIdentifier, (byte)start.Length, .. start];
        return Snippet.OfPeer(AsnDecoder.ReadObjectIdentifier(encoded, AsnEncodingRules.DER, out _));
    }
}
