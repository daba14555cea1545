using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Realms;

/// <summary>The subject alternative names of a certificate, each kind in the order of the certificate.</summary>
/// <remarks>Read here and not by .NET, which tells of neither URIs nor e-mail addresses.</remarks>
internal sealed record SubjectNames(ImmutableArray<string> Dns, ImmutableArray<string> Uris, ImmutableArray<IPAddress> IPAddresses, ImmutableArray<string> EmailAddresses)
{
    public static SubjectNames None { get; } = new([], [], [], []);

    /// <summary>Reads the names. What is malformed in any part, or stands there twice, has none: half of it is not what its issuer meant.</summary>
    public static SubjectNames Of(X509Certificate2 certificate)
    {
        try
        {
            return certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().ToList() is [var extension] ? Read(extension.RawData) : None;
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException)
        {
            return None;
        }
    }

    private static SubjectNames Read(byte[] extension)
    {
        var (dns, uris, addresses, emails) = (new List<string>(), new List<string>(), new List<IPAddress>(), new List<string>());
        var reader = new AsnReader(extension, AsnEncodingRules.DER);
        var names = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        while (names.HasData)
        {
            // The numbers are those of GeneralName in RFC 5280.
            var tag = names.PeekTag();
            switch (tag.TagClass == TagClass.ContextSpecific ? tag.TagValue : -1)
            {
                case 1:
                    emails.Add(Text(tag));
                    break;
                case 2:
                    dns.Add(Text(tag));
                    break;
                case 6:
                    uris.Add(Text(tag));
                    break;
                case 7:
                    addresses.Add(names.ReadOctetString(tag) is { Length: 4 or 16 } bytes ? new IPAddress(bytes) : throw new AsnContentException());
                    break;
                case 0 or 3 or 4 or 5 or 8:
                    names.ReadEncodedValue();
                    break;
                default:
                    throw new AsnContentException();
            }
        }

        return new SubjectNames([.. dns], [.. uris], [.. addresses], [.. emails]);

        string Text(Asn1Tag tag) => names.ReadCharacterString(UniversalTagNumber.IA5String, tag);
    }
}
