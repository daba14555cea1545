using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Realms;

/// <summary>What a PEM file holds: its certificates in order, and the text of its first private key.</summary>
internal sealed record PemFile(IReadOnlyList<X509Certificate2> Certificates, string? PrivateKey, bool KeyIsEncrypted)
{
    private const int MaxLength = 1 << 20;

    public bool HoldsKey => PrivateKey is not null || KeyIsEncrypted;

    /// <exception cref="PemException">The file cannot be read, or a block in it is torn.</exception>
    public static PemFile Read(string path)
    {
        var text = ReadText(path);
        var certificates = new List<X509Certificate2>();
        string? privateKey = null;
        var keyIsEncrypted = false;
        var blocks = 0;
        for (var rest = text.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..], blocks++)
        {
            switch (rest[fields.Label])
            {
                case "CERTIFICATE":
                    certificates.Add(LoadCertificate(Convert.FromBase64String(rest[fields.Base64Data].ToString()), blocks));
                    break;
                case "PRIVATE KEY" or "RSA PRIVATE KEY" or "EC PRIVATE KEY":
                    privateKey ??= rest[fields.Location].ToString();
                    break;
                case "ENCRYPTED PRIVATE KEY":
                    keyIsEncrypted = true;
                    break;
                case var other when other.EndsWith("CERTIFICATE"):
                    throw new PemException($"has a block of type '{other}'", "Convert it to 'CERTIFICATE', with 'openssl x509'");
            }
        }

        if (text.AsSpan().Count("-----BEGIN ") == blocks)
        {
            return new PemFile(certificates, privateKey, keyIsEncrypted);
        }

        // Every PEM reader skips a block it cannot read, which silently shortens a chain or a bundle.
        throw text.Contains("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal)
            ? new PemException("holds a private key in the old encrypted form", "Convert it with 'openssl pkcs8'")
            : new PemException("has a PEM block without its end or with broken content", "Write the file whole: to a temporary name first, then rename it");
    }

    private static X509Certificate2 LoadCertificate(byte[] data, int block)
    {
        try
        {
            return X509CertificateLoader.LoadCertificate(data);
        }
        catch (CryptographicException exception)
        {
            throw new PemException($"has a broken certificate (PEM block {block + 1}): {exception.Message.TrimEnd('.')}", "Write the file again", exception);
        }
    }

    private static string ReadText(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(handle);
            if (length > MaxLength)
            {
                throw new PemException($"is {length:N0} bytes long", $"No PEM file here needs more than {MaxLength:N0} bytes: check the path");
            }

            using var reader = new StreamReader(new FileStream(handle, FileAccess.Read));
            return reader.ReadToEnd();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PemException("does not exist", "Check the path", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new PemException("may not be read", $"Let the user '{Environment.UserName}' read it, and check that it is a file", exception);
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException or ArgumentException)
        {
            throw new PemException($"cannot be read: {exception.Message.TrimEnd('.')}", "Check that it is an ordinary file, and the disk it is on", exception);
        }
    }
}
