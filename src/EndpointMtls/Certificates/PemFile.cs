using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Files;

namespace EndpointMtls.Certificates;

/// <summary>The content of a PEM file: its certificates in order, and the text of its first private key.</summary>
/// <remarks>Not a record: <c>ToString</c> would contain the key.</remarks>
internal sealed class PemFile(IReadOnlyList<X509Certificate2> certificates, string? privateKey)
{
    private const string EncryptedKey = "ENCRYPTED PRIVATE KEY";

    public IReadOnlyList<X509Certificate2> Certificates { get; } = certificates;

    public string? PrivateKey { get; } = privateKey;

    public bool KeyIsEncrypted => PrivateKey?.StartsWith($"-----BEGIN {EncryptedKey}", StringComparison.Ordinal) ?? false;

    /// <exception cref="FileException">A block is incomplete, malformed or of an unsupported certificate type.</exception>
    public static PemFile Parse(byte[] content)
    {
        // StreamReader removes a byte order mark.
        using var reader = new StreamReader(new MemoryStream(content));
        var text = reader.ReadToEnd();
        var certificates = new List<X509Certificate2>();
        string? privateKey = null;
        var blocks = 0;
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..], blocks++)
        {
            switch (rest[fields.Label])
            {
                case "CERTIFICATE":
                    certificates.Add(LoadCertificate(Convert.FromBase64String(rest[fields.Base64Data].ToString()), blocks));
                    break;
                case "PRIVATE KEY" or "RSA PRIVATE KEY" or "EC PRIVATE KEY" or EncryptedKey:
                    privateKey ??= rest[fields.Location].ToString();
                    break;
                case var other when other.EndsWith("CERTIFICATE"):
                    throw new FileException($"has a block of type '{other}'", "Convert it to 'CERTIFICATE', with 'openssl x509'");
            }
        }

        if (text.AsSpan().Count("-----BEGIN ") == blocks)
        {
            return new PemFile(certificates, privateKey);
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
