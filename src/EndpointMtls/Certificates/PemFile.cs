using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Files;
using EndpointMtls.Text;

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
        var certificates = new List<X509Certificate2>();
        PrivateKey? privateKey = null;
        FileException? otherFormat = null;
        var blocks = PemBlock.FindAll(content);
        foreach (var (index, block) in blocks.Index())
        {
            if (block.Label == "CERTIFICATE")
            {
                certificates.Add(LoadCertificate(block.Content, index));
            }
            else if (PrivateKey.IsLabel(block.Label))
            {
                privateKey ??= PrivateKey.Parse(block.Label, block.Pem, block.Content);
            }
            else if (OtherFileFormats.FindCertificates(block.Label) is { } unsupported)
            {
                throw unsupported;
            }
            else
            {
                otherFormat = OtherFileFormats.Find(block.Label) ?? otherFormat;
            }
        }

        return new PemFile(certificates, privateKey, blocks.Count == 0 ? OtherFileFormats.Find(content) : otherFormat);
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
                $"has a broken certificate (PEM block {block + 1}): {ExceptionText.Of(exception)}", "Write the file again", exception);
        }
    }
}
