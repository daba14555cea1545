using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>The subject alternative names of a certificate, each kind in the order of the certificate. Immutable.</summary>
/// <remarks>This class parses the extension, because .NET exposes neither URIs nor e-mail addresses.</remarks>
internal sealed record SubjectNames(
    IReadOnlyList<string> Dns, IReadOnlyList<string> Uris, IReadOnlyList<IPAddress> IPAddresses, IReadOnlyList<string> EmailAddresses)
{
    private const int MaxDisplayed = 20;

    public static SubjectNames None { get; } = new([], [], [], []);

    /// <summary>The SPIFFE ID: the URI, if there is exactly one and it is a valid SPIFFE ID.</summary>
    public string? SpiffeId => Uris is [var only] && Trust.SpiffeId.IsValid(only) ? only : null;

    /// <summary>At most 20 names: DNS names, IP addresses, URIs, e-mail addresses. Each is escaped, with at most 200 characters.</summary>
    public IReadOnlyList<string> Displayed => [.. All.Take(MaxDisplayed).Select(Snippet.OfPeer)];

    /// <summary>The number of names that <see cref="Displayed"/> leaves out.</summary>
    public int UndisplayedCount => Math.Max(0, All.Count() - MaxDisplayed);

    private IEnumerable<string> All => [.. Dns, .. IPAddresses.Select(address => address.ToString()), .. Uris, .. EmailAddresses];

    public static SubjectNames Of(VerifiedClient client) =>
        new(client.DnsNames, client.Uris, client.IPAddresses, client.EmailAddresses);

    /// <summary>Reads the names. There are none if the extension occurs twice or is malformed anywhere: a part of it may mislead.</summary>
    public static SubjectNames Of(X509Certificate2 certificate)
    {
        try
        {
            // RawDataMemory would keep its copy in memory as long as the connection lives.
            var content = new CertificateContent(certificate.Export(X509ContentType.Cert));
            return content.CountExtensions(ObjectIdentifiers.SubjectAltName, out var names) == 1 ? Read(names.ToArray()) : None;
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException)
        {
            return None;
        }
    }

    /// <summary>Whether a certificate has the extension for names.</summary>
    /// <exception cref="AsnContentException">The certificate is malformed.</exception>
    public static bool HasExtension(X509Certificate2 certificate) =>
        new CertificateContent(certificate.RawDataMemory.Span).TryFindExtension(ObjectIdentifiers.SubjectAltName, out _);

    /// <summary>Whether a certificate has a name of a kind.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="kind">The kind, as in <see cref="CertificateSyntax"/>.</param>
    /// <exception cref="AsnContentException">The certificate is malformed.</exception>
    public static bool HasAny(X509Certificate2 certificate, int kind)
    {
        var content = new CertificateContent(certificate.RawDataMemory.Span);
        if (!content.TryFindExtension(ObjectIdentifiers.SubjectAltName, out var value))
        {
            return false;
        }

        for (var names = new DerReader(value).ReadSequence(); !names.IsEmpty;)
        {
            names.Read(out var tag);
            if (tag.TagClass == TagClass.ContextSpecific && tag.TagValue == kind)
            {
                return true;
            }
        }

        return false;
    }

    private static SubjectNames Read(byte[] extension)
    {
        var (dns, uris, addresses, emails) = (new List<string>(), new List<string>(), new List<IPAddress>(), new List<string>());
        var reader = new AsnReader(extension, AsnEncodingRules.DER);
        var names = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        while (names.HasData)
        {
            // The tags of GeneralName in RFC 5280.
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
                    addresses.Add(
                        names.ReadOctetString(tag) is { Length: 4 or 16 } bytes ? new IPAddress(bytes) : throw new AsnContentException());
                    break;
                case 0 or 3 or 4 or 5 or 8:
                    names.ReadEncodedValue();
                    break;
                default:
                    throw new AsnContentException();
            }
        }

        return new SubjectNames(dns, uris, addresses, emails);

        string Text(Asn1Tag tag) => names.ReadCharacterString(UniversalTagNumber.IA5String, tag);
    }
}
