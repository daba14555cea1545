using System.Formats.Asn1;

namespace EndpointMtls.Trust;

/// <summary>An algorithm and its parameters (RFC 5280, section 4.1.1.2).</summary>
internal readonly ref struct AlgorithmIdentifier
{
    public AlgorithmIdentifier(DerReader fields)
    {
        Oid = fields.Read(Asn1Tag.ObjectIdentifier);
        if (!fields.IsEmpty)
        {
            Parameters = fields.Read(out var tag);
            ParametersTag = tag;
        }
    }

    /// <summary>The encoded object identifier.</summary>
    public ReadOnlySpan<byte> Oid { get; }

    /// <summary>The content of the parameters.</summary>
    public ReadOnlySpan<byte> Parameters { get; }

    public Asn1Tag ParametersTag { get; }
}
