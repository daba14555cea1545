using System.Formats.Asn1;
using System.Text;
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

    private const string Crl = "holds a certificate revocation list";
    private const string NotCertificate = ", and not a certificate";
    private const string InDer = " in DER format";

    private static readonly FileException Base64OfPem = new(
        "holds PEM in base64, as Kubernetes shows the data of a secret", "Decode it with 'base64 -d FILE'");

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

        if (bytes.StartsWith("PuTTY-User-Key-File"u8))
        {
            return new FileException(
                "holds a private key of PuTTY", "Convert it with 'puttygen FILE -O private-openssh -o FILE.key' and "
                + "'ssh-keygen -p -m PKCS8 -f FILE.key'");
        }

        return FindText(bytes.TrimStart(" \t\r\n"u8)) ?? TryFindDer(content);
    }

    /// <summary>Names the format of a file without a PEM block in which CRLs are expected.</summary>
    /// <returns><see langword="null"/> if the format is unknown, or is a CRL in DER.</returns>
    public static FileException? FindInsteadOfCrl(ReadOnlyMemory<byte> content) =>
        Find(content) is { } other && !other.Message.StartsWith(Crl, StringComparison.Ordinal) ? InsteadOfCrl(other) : null;

    /// <summary>Names a PEM block in a file that has no CRL.</summary>
    public static FileException? FindInsteadOfCrl(string label) => label == "CERTIFICATE" ? InsteadOfCrl("holds a certificate")
        : label.EndsWith("PRIVATE KEY", StringComparison.Ordinal) ? InsteadOfCrl("holds a private key")
        : (FindCertificates(label) ?? Find(label)) is { } other ? InsteadOfCrl(other)
        : null;

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

    private static FileException InsteadOfCrl(FileException other) =>
        other == Base64OfPem ? other : InsteadOfCrl(other.Message.Replace(NotCertificate, "", StringComparison.Ordinal));

    private static FileException InsteadOfCrl(string what) =>
        new($"{what}, and not a CRL", "Set the CRL that the CA publishes, in DER or PEM");

    private static FileException? FindText(ReadOnlySpan<byte> text)
    {
        if (text.IndexOf("-----BEGIN "u8) >= 0)
        {
            return null;
        }

        // The base64 form of '-----BEGIN '.
        if (text.StartsWith("LS0tLS1CRUdJTi"u8))
        {
            return Base64OfPem;
        }

        if (text.StartsWith("ssh-"u8) || text.StartsWith("ecdsa-sha2-"u8) || text.StartsWith("---- BEGIN SSH2"u8))
        {
            return PublicKey(" in OpenSSH format");
        }

        if (text.StartsWith("<"u8))
        {
            return new FileException("is an HTML or XML document", "Check the address that the file was downloaded from");
        }

        if (text.StartsWith("{"u8))
        {
            return new FileException("is a JSON document", "Write the PEM text in it to the file");
        }

        if (text.IndexOf("BEGIN "u8) >= 0)
        {
            return new FileException("has PEM text without five '-' before 'BEGIN'", "Copy the file again, and not as formatted text");
        }

        // The base64 form of the start of a DER sequence.
        return text.StartsWith("MI"u8) && Decode(text) is { } der && TryFindDer(der) is { } other
            ? new FileException(
                other.Message.Replace(InDer, " in base64, without the 'BEGIN' and 'END' lines of PEM", StringComparison.Ordinal),
                $"Decode it with 'base64 -d FILE > FILE.der'. {other.Fix.Replace("-in FILE", "-in FILE.der", StringComparison.Ordinal)}")
            : null;
    }

    private static byte[]? Decode(ReadOnlySpan<byte> base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(Encoding.ASCII.GetString(base64), bytes, out var length) ? bytes[..length] : null;
    }

    private static FileException? TryFindDer(ReadOnlyMemory<byte> content)
    {
        try
        {
            return FindDer(new AsnReader(content, AsnEncodingRules.BER).ReadSequence());
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static FileException Request(string form) => new(
        $"holds a certificate signing request{form}{NotCertificate}",
        "Send it to the CA, and write the certificate that the CA issues");

    private static FileException PublicKey(string form) =>
        new($"holds only a public key{form}", "Write the certificate, or the private key");

    private static FileException RevocationList(string form) =>
        new($"{Crl}{form}{NotCertificate}", $"Set it as '{ConfigKeys.CrlFile}' or '{ConfigKeys.ClientCrlFile}'");

    private static FileException? FindDer(AsnReader fields)
    {
        var tag = fields.PeekTag();
        if (tag == Asn1Tag.ObjectIdentifier)
        {
            return fields.ReadObjectIdentifier().StartsWith(Pkcs7, StringComparison.Ordinal)
                ? new FileException(
                    $"holds PKCS#7{InDer}", "Convert it with 'openssl pkcs7 -inform der -in FILE -print_certs -out FILE.pem'")
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
        return fields.HasData ? Key("PKCS#1") : PublicKey(InDer);

        static FileException Key(string form) => new(
            $"holds a private key{InDer} ({form})",
            $"Convert it with 'openssl pkey -inform der -in FILE -out FILE.key', {SetAsKey}");
    }

    private static FileException? FindSigned(AsnReader content, AsnReader after)
    {
        if (content.PeekTag() == Asn1Tag.ObjectIdentifier)
        {
            return after.PeekTag().HasSameClassAndValue(Asn1Tag.PrimitiveOctetString)
                ? new FileException(
                    $"holds an encrypted private key{InDer}",
                    $"Convert it with 'openssl pkey -inform der -in FILE -aes256 -out FILE.key', {SetAsKey}")
                : PublicKey(InDer);
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
            return Request(InDer);
        }

        content.ReadSequence(); // The issuer. A validity follows in a certificate, and a time in a list.
        return content.PeekTag() == Asn1Tag.Sequence ? Certificate() : RevocationList(InDer);

        static FileException Certificate() => new(
            $"holds a certificate{InDer}", "Convert it with 'openssl x509 -inform der -in FILE -out FILE.pem'");
    }
}
