using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Files;

namespace EndpointMtls.Certificates;

/// <summary>The content of a PEM file: its certificates in order, and its first private key.</summary>
internal sealed class PemFile(IReadOnlyList<X509Certificate2> certificates, PrivateKey? privateKey, FileException? otherFormat)
{
    public IReadOnlyList<X509Certificate2> Certificates { get; } = certificates;

    public PrivateKey? PrivateKey { get; } = privateKey;

    /// <summary>What the file has instead, if it has neither a certificate nor a private key, and the format is known.</summary>
    public FileException? OtherFormat { get; } = certificates.Count == 0 && privateKey is null ? otherFormat : null;

    /// <exception cref="FileException">A block is incomplete, malformed or holds certificates in an unsupported format.</exception>
    public static PemFile Parse(byte[] content)
    {
        // StreamReader removes a byte order mark.
        using var reader = new StreamReader(new MemoryStream(content));
        var text = reader.ReadToEnd();
        var certificates = new List<X509Certificate2>();
        PrivateKey? privateKey = null;
        FileException? otherFormat = null;
        var blocks = 0;
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..], blocks++)
        {
            var label = rest[fields.Label].ToString();
            if (label == "CERTIFICATE")
            {
                certificates.Add(LoadCertificate(Convert.FromBase64String(rest[fields.Base64Data].ToString()), blocks));
            }
            else if (PrivateKey.IsLabel(label))
            {
                privateKey ??= PrivateKey.Parse(
                    label, rest[fields.Location].ToString(), Convert.FromBase64String(rest[fields.Base64Data].ToString()));
            }
            else if (OtherFileFormats.FindCertificates(label) is { } unsupported)
            {
                throw unsupported;
            }
            else
            {
                otherFormat = OtherFileFormats.Find(label) ?? otherFormat;
            }
        }

        if (text.AsSpan().Count("-----BEGIN ") == blocks)
        {
            return new PemFile(certificates, privateKey, blocks == 0 ? OtherFileFormats.Find(content) : otherFormat);
        }

        // PemEncoding skips a block it cannot read. That would silently shorten a chain or a bundle.
        throw text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal)
            ? new FileException("holds a private key in the legacy encrypted PEM format", "Convert it with 'openssl pkcs8 -topk8'")
            : new FileException(
                "has a PEM block without its end or with broken content",
                "Write the file whole: to a temporary name first, then rename it");
    }

    private static X509Certificate2 LoadCertificate(byte[] data, int block)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(data);
        }
        catch (CryptographicException exception)
        {
            throw new FileException(
                $"has a broken certificate (PEM block {block + 1}): {exception.Message.TrimEnd('.')}", "Write the file again", exception);
        }
    }
}
