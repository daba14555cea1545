using System.Formats.Asn1;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Files;

namespace EndpointMtls.Certificates;

/// <summary>Names the format of files that are not the PEM files that are read, and the command that converts them.</summary>
internal static class OtherFileFormats
{
    private const string Pkcs7 = "1.2.840.113549.1.7.";

    private const string ConvertPkcs12 = "Convert it with 'openssl pkcs12 -in FILE -nokeys -out FILE.crt', "
        + "and its key with 'openssl pkcs12 -in FILE -nocerts -nodes -out FILE.key'";

    private const string SetAsKey = $"and set the result as '{ConfigKeys.KeyFile}'";

    private static ReadOnlySpan<byte> JavaKeystore => [0xFE, 0xED, 0xFE, 0xED];

    private static ReadOnlySpan<byte> JavaCryptoKeystore => [0xCE, 0xCE, 0xCE, 0xCE];

    /// <summary>Names the format of a file without a PEM block.</summary>
    /// <returns><see langword="null"/> if the format is unknown.</returns>
    public static FileException? Find(ReadOnlyMemory<byte> content)
    {
        var bytes = content.Span;
        if (bytes.StartsWith(JavaKeystore) || bytes.StartsWith(JavaCryptoKeystore))
        {
            return new FileException(
                "is a Java keystore (JKS)",
                "Convert it with 'keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype pkcs12'. "
                + ConvertPkcs12.Replace("-in FILE", "-in FILE.p12", StringComparison.Ordinal));
        }

        // The base64 form of '-----BEGIN '.
        if (bytes.StartsWith("LS0tLS1CRUdJTi"u8))
        {
            return new FileException(
                "holds PEM in base64, as Kubernetes shows the data of a secret", "Decode it with 'base64 -d FILE'");
        }

        if (bytes.StartsWith("PuTTY-User-Key-File"u8))
        {
            return new FileException(
                "holds a private key of PuTTY", "Convert it with 'puttygen FILE -O private-openssh -o FILE.key' and "
                + "'ssh-keygen -p -m PKCS8 -f FILE.key'");
        }

        try
        {
            return FindDer(new AsnReader(content, AsnEncodingRules.BER).ReadSequence());
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    /// <summary>Names a PEM block that holds certificates in another format. Ignoring it would shorten a chain or a bundle.</summary>
    /// <returns><see langword="null"/> if the block can be ignored.</returns>
    public static FileException? FindCertificates(string label) => label switch
    {
        "PKCS7" or "CMS" => new FileException(
            "holds PKCS#7", "Convert it with 'openssl pkcs7 -in FILE -print_certs -out FILE.pem'"),
        _ when label.EndsWith("CERTIFICATE", StringComparison.Ordinal) => new FileException(
            $"has a block of type '{label}'", "Convert it to 'CERTIFICATE', with 'openssl x509 -in FILE -out FILE.pem'"),
        _ => null,
    };

    /// <summary>Names a PEM block in a file that has neither a certificate nor a private key.</summary>
    /// <returns><see langword="null"/> if the label is unknown.</returns>
    public static FileException? Find(string label) => label switch
    {
        "CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST" => Request(""),
        "OPENSSH PRIVATE KEY" => new FileException(
            "holds a private key in OpenSSH format", "Convert it with 'ssh-keygen -p -m PKCS8 -f FILE', which replaces the file"),
        "EC PARAMETERS" => new FileException(
            "holds the parameters of an EC key, and not the key", "Add the block 'EC PRIVATE KEY': 'openssl ecparam -genkey' prints both"),
        "PUBLIC KEY" or "RSA PUBLIC KEY" => PublicKey(""),
        "X509 CRL" => RevocationList(""),
        "DH PARAMETERS" => new FileException(
            "holds only Diffie-Hellman parameters, which are not needed", "Check the path, and the program that writes the file"),
        _ when label.EndsWith("PRIVATE KEY", StringComparison.Ordinal) => new FileException(
            $"holds a private key of type '{label}'", "Write it as PKCS#8"),
        _ => null,
    };

    private static FileException Request(string form) => new(
        $"holds a certificate signing request{form}, and not a certificate",
        "Send it to the CA, and write the certificate that the CA issues");

    private static FileException PublicKey(string form) =>
        new($"holds only a public key{form}", "Write the certificate, or the private key");

    private static FileException RevocationList(string form) =>
        new($"holds a certificate revocation list{form}, and not a certificate", "Write certificates: revocation is not checked");

    private static FileException? FindDer(AsnReader fields)
    {
        var tag = fields.PeekTag();
        if (tag == Asn1Tag.ObjectIdentifier)
        {
            return fields.ReadObjectIdentifier().StartsWith(Pkcs7, StringComparison.Ordinal)
                ? new FileException(
                    "holds PKCS#7 in DER format", "Convert it with 'openssl pkcs7 -inform der -in FILE -print_certs -out FILE.pem'")
                : null;
        }

        return tag == Asn1Tag.Integer ? FindVersioned(fields)
            : tag == Asn1Tag.Sequence ? FindSigned(fields.ReadSequence(), fields)
            : null;
    }

    private static FileException? FindVersioned(AsnReader fields)
    {
        fields.ReadIntegerBytes();
        var tag = fields.PeekTag();
        if (tag == Asn1Tag.Sequence)
        {
            return fields.ReadSequence().ReadObjectIdentifier().StartsWith(Pkcs7, StringComparison.Ordinal)
                ? new FileException("is a PKCS#12 file (.p12, .pfx)", ConvertPkcs12)
                : Key("PKCS#8");
        }

        if (tag.HasSameClassAndValue(Asn1Tag.PrimitiveOctetString))
        {
            return Key("SEC1");
        }

        fields.ReadIntegerBytes();
        return fields.HasData ? Key("PKCS#1") : PublicKey(" in DER format");

        static FileException Key(string form) => new(
            $"holds a private key in DER format ({form})",
            $"Convert it with 'openssl pkey -inform der -in FILE -out FILE.key', {SetAsKey}");
    }

    private static FileException? FindSigned(AsnReader content, AsnReader after)
    {
        if (content.PeekTag() == Asn1Tag.ObjectIdentifier)
        {
            return after.PeekTag().HasSameClassAndValue(Asn1Tag.PrimitiveOctetString)
                ? new FileException(
                    "holds an encrypted private key in DER format",
                    $"Convert it with 'openssl pkey -inform der -in FILE -aes256 -out FILE.key', {SetAsKey}")
                : PublicKey(" in DER format");
        }

        // A certificate has a version, or its serial number: [0] or INTEGER. A request has a version, then its subject.
        if (content.PeekTag().TagClass == TagClass.ContextSpecific)
        {
            return Certificate();
        }

        if (content.PeekTag() == Asn1Tag.Integer)
        {
            content.ReadIntegerBytes();
        }

        var second = content.ReadSequence();
        if (!second.HasData || second.PeekTag() != Asn1Tag.ObjectIdentifier)
        {
            return Request(" in DER format");
        }

        content.ReadSequence(); // The issuer. A validity follows in a certificate, and a time in a list.
        return content.PeekTag() == Asn1Tag.Sequence ? Certificate() : RevocationList(" in DER format");

        static FileException Certificate() => new(
            "holds a certificate in DER format", "Convert it with 'openssl x509 -inform der -in FILE -out FILE.pem'");
    }
}
