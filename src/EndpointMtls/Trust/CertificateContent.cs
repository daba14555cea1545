using System.Formats.Asn1;

namespace EndpointMtls.Trust;

/// <summary>The parts of a certificate that .NET verifies too little, read without allocating memory (RFC 5280, section 4.1).</summary>
internal readonly ref struct CertificateContent
{
    /// <exception cref="AsnContentException">The certificate is malformed.</exception>
    public CertificateContent(ReadOnlySpan<byte> certificate)
    {
        var fields = new DerReader(certificate).ReadSequence();
        var signed = fields.ReadSequence();
        SignatureAlgorithm = new AlgorithmIdentifier(fields.ReadSequence());
        if (signed.HasNext(VersionTag))
        {
            var version = new DerReader(signed.Read(VersionTag)).Read(Asn1Tag.Integer);
            Version = version.Length == 1 ? version[0] + 1 : 0;
        }

        signed.Read(Asn1Tag.Integer); // The serial number.
        signed.ReadSequence(); // The signature algorithm again.
        signed.ReadSequence(); // The issuer.
        signed.ReadSequence(); // The validity.
        signed.ReadSequence(); // The subject.
        var key = signed.ReadSequence();
        KeyAlgorithm = new AlgorithmIdentifier(key.ReadSequence());
        Key = key.Read(Asn1Tag.PrimitiveBitString)[1..];
        while (!signed.IsEmpty)
        {
            var content = signed.Read(out var tag);
            if (tag.HasSameClassAndValue(ExtensionsTag))
            {
                Extensions = new DerReader(content).Read(Asn1Tag.Sequence);
            }
        }
    }

    private static Asn1Tag VersionTag => new(TagClass.ContextSpecific, 0, isConstructed: true);

    private static Asn1Tag ExtensionsTag => new(TagClass.ContextSpecific, 3, isConstructed: true);

    /// <summary>1 to 3; 0 for another number.</summary>
    public int Version { get; } = 1;

    public AlgorithmIdentifier SignatureAlgorithm { get; }

    public AlgorithmIdentifier KeyAlgorithm { get; }

    /// <summary>The public key, in the form of its algorithm.</summary>
    public ReadOnlySpan<byte> Key { get; }

    /// <summary>The extensions, each a sequence; empty if there are none.</summary>
    public ReadOnlySpan<byte> Extensions { get; }

    /// <summary>Finds the value of an extension.</summary>
    /// <param name="oid">Its encoded object identifier.</param>
    /// <param name="value">The value: DER. Of several, the first.</param>
    /// <exception cref="AsnContentException">The certificate is malformed.</exception>
    public bool TryFindExtension(ReadOnlySpan<byte> oid, out ReadOnlySpan<byte> value) => CountExtensions(oid, out value) > 0;

    /// <summary>Counts the extensions with an identifier.</summary>
    /// <inheritdoc cref="TryFindExtension"/>
    public int CountExtensions(ReadOnlySpan<byte> oid, out ReadOnlySpan<byte> value)
    {
        var count = 0;
        value = default;
        for (var extensions = new DerReader(Extensions); !extensions.IsEmpty;)
        {
            if (ReadExtension(ref extensions, out var next).SequenceEqual(oid) && count++ == 0)
            {
                value = next;
            }
        }

        return count;
    }

    /// <summary>Reads the next extension.</summary>
    /// <returns>Its encoded object identifier.</returns>
    public static ReadOnlySpan<byte> ReadExtension(scoped ref DerReader extensions, out ReadOnlySpan<byte> value)
    {
        var extension = extensions.ReadSequence();
        var oid = extension.Read(Asn1Tag.ObjectIdentifier);
        if (extension.HasNext(Asn1Tag.Boolean))
        {
            extension.Read(Asn1Tag.Boolean); // Whether it is critical.
        }

        value = extension.Read(Asn1Tag.PrimitiveOctetString);
        return oid;
    }
}
