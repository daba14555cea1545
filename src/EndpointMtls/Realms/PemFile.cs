using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace EndpointMtls.Realms;

/// <summary>What a PEM file holds: its certificates in order, and the text of its first private key.</summary>
internal sealed record PemFile(string Path, IReadOnlyList<X509Certificate2> Certificates, string? PrivateKey, bool KeyIsEncrypted)
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
                    certificates.Add(LoadCertificate(Convert.FromBase64String(rest[fields.Base64Data].ToString()), path, blocks));
                    break;
                case "PRIVATE KEY" or "RSA PRIVATE KEY" or "EC PRIVATE KEY":
                    privateKey ??= rest[fields.Location].ToString();
                    break;
                case "ENCRYPTED PRIVATE KEY":
                    keyIsEncrypted = true;
                    break;
            }
        }

        // A half-written block is skipped by every PEM reader, which silently shortens a chain or a bundle.
        return CountBegins(text) == blocks
            ? new PemFile(path, certificates, privateKey, keyIsEncrypted)
            : throw new PemException("has a PEM block without its end or with broken content", "Write the file whole: to a temporary name first, then rename it");
    }

    private static int CountBegins(string text) => text.AsSpan().Count("-----BEGIN ");

    private static X509Certificate2 LoadCertificate(byte[] data, string path, int block)
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

            var buffer = new byte[(int)length];
            var read = RandomAccess.Read(handle, buffer, fileOffset: 0);
            return Encoding.UTF8.GetString(buffer.AsSpan(0, read));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new PemException("does not exist", "Check the path; a relative one is taken from the folder of the YAML file", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new PemException("may not be read", $"Let the user '{Environment.UserName}' read it, and check that it is a file", exception);
        }
        catch (IOException exception)
        {
            throw new PemException($"cannot be read: {exception.Message.TrimEnd('.')}", null, exception);
        }
    }
}
