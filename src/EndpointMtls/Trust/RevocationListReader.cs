using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Files;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Reads complete CRLs of version 2 (RFC 5280, section 5.1). Rejects all others, because a part of a CRL may mislead.</summary>
internal static class RevocationListReader
{
    private const string PublishComplete = "Publish complete CRLs, without this extension";

    private static Asn1Tag ExtensionsTag => new(TagClass.ContextSpecific, 0, isConstructed: true);

    /// <param name="encoded">The CRL, in DER.</param>
    /// <exception cref="FileException">The CRL is malformed, or of a kind that is not supported.</exception>
    public static RevocationList Read(ReadOnlyMemory<byte> encoded)
    {
        try
        {
            var file = new AsnReader(encoded, AsnEncodingRules.DER);
            var list = file.ReadSequence();
            file.ThrowIfNotEmpty();
            return ReadList(list);
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException or ArgumentException)
        {
            throw new FileException("has a malformed CRL", "Write it again: one CRL in DER, or CRLs in PEM ('X509 CRL')", exception);
        }
    }

    private static RevocationList ReadList(AsnReader list)
    {
        var signed = list.PeekEncodedValue();
        var fields = list.ReadSequence();
        var algorithm = list.ReadEncodedValue();
        var signature = list.ReadBitString(out var unusedBits);
        list.ThrowIfNotEmpty();
        if (unusedBits != 0)
        {
            throw new AsnContentException();
        }

        CheckVersion(fields);
        if (!fields.ReadEncodedValue().Span.SequenceEqual(algorithm.Span))
        {
            throw new FileException("has a CRL with two different signature algorithms", "Issue it again");
        }

        var scheme = SignatureScheme.Read(algorithm);
        var issuer = new X500DistinguishedName(fields.ReadEncodedValue().Span).Name;
        var thisUpdate = ReadTime(fields);
        var nextUpdate = IsTime(fields) ? ReadTime(fields) : throw new FileException(
            "has a CRL without nextUpdate, which RFC 5280 requires", "Issue it with the time of the next CRL");
        var revoked = fields.HasData && fields.PeekTag() == Asn1Tag.Sequence ? ReadRevoked(fields.ReadSequence()) : [];
        var (number, keyIdentifier) = fields.HasData ? ReadExtensions(fields) : default;
        fields.ThrowIfNotEmpty();
        return new RevocationList(signed, signature, scheme)
        {
            Issuer = issuer,
            ThisUpdate = thisUpdate,
            NextUpdate = nextUpdate,
            Number = number,
            AuthorityKeyIdentifier = keyIdentifier,
            Revoked = revoked,
        };
    }

    private static void CheckVersion(AsnReader fields)
    {
        // Version 1 has no version field. A certificate, for example, has another one.
        var version = fields.PeekTag() == Asn1Tag.Sequence ? 1
            : fields.TryReadInt32(out var number) ? number + 1L
            : throw new AsnContentException();
        if (version != 2)
        {
            throw new FileException(
                $"has a CRL of version {version}, not 2",
                "Issue it with the extension CRL number; with OpenSSL, set 'crlnumber'");
        }
    }

    private static bool IsTime(AsnReader fields) =>
        fields.HasData && (fields.PeekTag() == Asn1Tag.UtcTime || fields.PeekTag() == Asn1Tag.GeneralizedTime);

    private static DateTimeOffset ReadTime(AsnReader fields) =>
        fields.PeekTag() == Asn1Tag.UtcTime ? fields.ReadUtcTime() : fields.ReadGeneralizedTime();

    private static HashSet<BigInteger> ReadRevoked(AsnReader entries)
    {
        var revoked = new HashSet<BigInteger>();
        while (entries.HasData)
        {
            var entry = entries.ReadSequence();
            revoked.Add(entry.ReadInteger());
            ReadTime(entry);
            if (entry.HasData)
            {
                CheckEntryExtensions(entry.ReadSequence());
            }

            entry.ThrowIfNotEmpty();
        }

        return revoked;
    }

    private static void CheckEntryExtensions(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            switch (ReadExtension(extensions))
            {
                case ("2.5.29.29", _, _):
                    throw Unsupported("is an indirect CRL (certificateIssuer)");
                case ("2.5.29.21" or "2.5.29.24", _, _):
                    break; // The reason, and since when the certificate is invalid.
                case (var oid, true, _):
                    throw Unsupported($"has an entry with the critical extension {Snippet.OfPeer(oid)}");
            }
        }
    }

    /// <returns>The number of the CRL, zero if it has none; and the identifier of the key that signed it, if it has one.</returns>
    private static (BigInteger Number, ReadOnlyMemory<byte>? AuthorityKeyIdentifier) ReadExtensions(AsnReader fields)
    {
        var outer = fields.ReadSequence(ExtensionsTag);
        var extensions = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var (number, keyIdentifier, found) = (BigInteger.Zero, default(ReadOnlyMemory<byte>?), new HashSet<string>(StringComparer.Ordinal));
        while (extensions.HasData)
        {
            var (oid, isCritical, value) = ReadExtension(extensions);
            if (!found.Add(oid))
            {
                throw new AsnContentException();
            }

            switch (oid)
            {
                case "2.5.29.27":
                    throw Unsupported("is a delta CRL");
                case "2.5.29.28":
                    throw Unsupported("is an indirect CRL, or one for a part of the certificates (issuingDistributionPoint)");
                case "2.5.29.20":
                    number = new AsnReader(value, AsnEncodingRules.DER).ReadInteger();
                    break;
                case "2.5.29.35":
                    keyIdentifier = new X509AuthorityKeyIdentifierExtension(value.Span, isCritical).KeyIdentifier;
                    break;
                default:
                    if (isCritical)
                    {
                        throw Unsupported($"has a CRL with the critical extension {Snippet.OfPeer(oid)}");
                    }

                    break;
            }
        }

        return (number, keyIdentifier);
    }

    private static (string Oid, bool IsCritical, ReadOnlyMemory<byte> Value) ReadExtension(AsnReader extensions)
    {
        var extension = extensions.ReadSequence();
        var oid = extension.ReadObjectIdentifier();
        var isCritical = extension.PeekTag() == Asn1Tag.Boolean && extension.ReadBoolean();
        var value = extension.ReadOctetString();
        extension.ThrowIfNotEmpty();
        return (oid, isCritical, value);
    }

    private static FileException Unsupported(string what) => new($"{what}, which is not supported", PublishComplete);
}
