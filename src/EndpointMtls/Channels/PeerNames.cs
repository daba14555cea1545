using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Channels;

/// <summary>Reads the names a certificate is for.</summary>
internal static class PeerNames
{
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>The DNS names, IP addresses and URIs of its subject alternative names, in that order.</summary>
    public static IReadOnlyList<string> Of(X509Certificate2 certificate)
    {
        try
        {
            return [.. certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
                .SelectMany(names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString())).Concat(UrisOf(names)))];
        }
        catch (Exception exception) when (exception is CryptographicException or AsnContentException)
        {
            // Whether such a certificate will do is not for us to say.
            return [];
        }
    }

    // .NET tells of all kinds but this one, which SPIFFE uses.
    private static List<string> UrisOf(X509SubjectAlternativeNameExtension names)
    {
        var uris = new List<string>();
        var sequence = new AsnReader(names.RawData, AsnEncodingRules.DER).ReadSequence();
        while (sequence.HasData)
        {
            if (sequence.PeekTag() == UriTag)
            {
                uris.Add(sequence.ReadCharacterString(UniversalTagNumber.IA5String, UriTag));
            }
            else
            {
                sequence.ReadEncodedValue();
            }
        }

        return uris;
    }
}
