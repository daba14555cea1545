using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Files;

namespace EndpointMtls.Certificates;

/// <summary>A client certificate with its key and its intermediates, ready to be presented.</summary>
/// <remarks>Never disposed: a handshake may still hold it, and a disposed client certificate connects anonymously without an error.</remarks>
internal sealed class ClientIdentity
{
    private static readonly string[] UnsupportedKeys = ["1.3.101.112", "1.3.101.113"];

    private readonly byte[] _fingerprint;

    private ClientIdentity(SslStreamCertificateContext context, IReadOnlyList<X509Certificate2> chain)
    {
        Context = context;
        Chain = chain;
        _fingerprint = SHA256.HashData([.. chain.SelectMany(certificate => certificate.RawData)]);
    }

    public SslStreamCertificateContext Context { get; }

    /// <summary>The certificates as they stand in the file: the client's first.</summary>
    public IReadOnlyList<X509Certificate2> Chain { get; }

    public X509Certificate2 Leaf => Context.TargetCertificate;

    public DateTimeOffset NotBefore => Leaf.NotBefore.ToUniversalTime();

    public DateTimeOffset NotAfter => Leaf.NotAfter.ToUniversalTime();

    /// <summary>Whether the chain is the same to the last byte; its key is then the same as well.</summary>
    public bool IsSameAs(ClientIdentity? other) => other is not null && _fingerprint.AsSpan().SequenceEqual(other._fingerprint);

    /// <summary>The same certificates for a server that tells its clients whom it trusts, as far as the platform can.</summary>
    public SslStreamCertificateContext CreateContext(ReadOnlySpan<X509Certificate2> anchors) => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()
        ? SslStreamCertificateContext.Create(Leaf, [.. Chain.Skip(1)], offline: true, SslCertificateTrust.CreateForX509Collection([.. anchors], sendTrustInHandshake: true))
        : Context;

    /// <param name="chain">The client certificate, and its intermediates.</param>
    /// <param name="keyPem">Its key.</param>
    /// <param name="password">What decrypts the key, if it is encrypted.</param>
    /// <param name="certFile">Where the chain comes from, to be named in errors.</param>
    /// <exception cref="FileException">The key does not fit, or is of a kind .NET cannot use.</exception>
    public static ClientIdentity Create(IReadOnlyList<X509Certificate2> chain, string keyPem, string? password, string certFile)
    {
        var (subject, pem) = (chain[0].Subject, chain[0].ExportCertificatePem());
        if (UnsupportedKeys.Contains(chain[0].PublicKey.Oid.Value))
        {
            throw new FileException($"is of the kind Ed25519 or Ed448, as the certificate '{subject}' in '{certFile}' is, which .NET cannot use", "Issue it with an ECDSA (P-256) or RSA key");
        }

        try
        {
            var leaf = password is null ? X509Certificate2.CreateFromPem(pem, keyPem) : X509Certificate2.CreateFromEncryptedPem(pem, keyPem, password);
            if (OperatingSystem.IsWindows())
            {
                // SChannel refuses ephemeral keys.
                leaf = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
            }

            // Only a context made ahead sends the intermediates; offline, so that no handshake ever waits for a download.
            return new ClientIdentity(SslStreamCertificateContext.Create(leaf, [.. chain.Skip(1)], offline: true), chain);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw new FileException(
                $"does not fit the certificate '{subject}' in '{certFile}'{(password is null ? "" : ", or the password is wrong")}: {exception.Message.TrimEnd('.')}",
                "Give the RSA or ECDSA key that this certificate was issued for", exception);
        }
    }
}
