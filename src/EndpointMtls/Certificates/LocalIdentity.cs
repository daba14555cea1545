using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Files;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>A certificate with its private key and intermediates, to present as a client or as a server.</summary>
/// <remarks>Never disposed: a handshake may still use it. A disposed certificate lets .NET connect anonymously, without an error.</remarks>
internal sealed class LocalIdentity
{
    private const string SetKey = "Set the RSA or ECDSA key that the certificate was issued for";

    private readonly byte[] _fingerprint;

    private LocalIdentity(SslStreamCertificateContext context, IReadOnlyList<X509Certificate2> chain)
    {
        Context = context;
        Chain = chain;
        Sent = [Leaf, .. context.IntermediateCertificates];
        FirstToExpire = Sent.MinBy(certificate => certificate.NotAfter)!;
        LastToBegin = Sent.MaxBy(certificate => certificate.NotBefore)!;
        _fingerprint = SHA256.HashData([.. chain.SelectMany(certificate => certificate.RawData)]);
    }

    public SslStreamCertificateContext Context { get; }

    /// <summary>The certificates in the order of the file, the leaf first.</summary>
    public IReadOnlyList<X509Certificate2> Chain { get; }

    public X509Certificate2 Leaf => Context.TargetCertificate;

    /// <summary>The certificates that .NET sends: the leaf, and the intermediates of one path.</summary>
    public ImmutableArray<X509Certificate2> Sent { get; }

    /// <summary>The certificate that is sent and expires first.</summary>
    public X509Certificate2 FirstToExpire { get; }

    /// <summary>The certificate that is sent and becomes valid last.</summary>
    public X509Certificate2 LastToBegin { get; }

    /// <summary>When all certificates that are sent are valid.</summary>
    public DateTimeOffset NotBefore => LastToBegin.NotBefore.ToUniversalTime();

    /// <summary>When one of the certificates that are sent expires. Peers then reject the others, too.</summary>
    public DateTimeOffset NotAfter => FirstToExpire.NotAfter.ToUniversalTime();

    /// <summary>
    /// The last certificate that is sent, if it is neither self-signed nor issued by an anchor. Peers may not know its issuer.
    /// </summary>
    /// <param name="caCertificates">The CA certificates of the realm.</param>
    public X509Certificate2? FindWithoutIssuer(IEnumerable<CaCertificate> caCertificates) =>
        CaCertificate.IsSelfSigned(Sent[^1])
        || caCertificates.Any(ca => ca.IsAnchor && CaCertificate.HasIssued(ca.Certificate, Sent[^1]))
            ? null
            : Sent[^1];

    /// <summary>Whether the chains are equal, byte by byte. The keys are then equal, too.</summary>
    public bool IsSameAs(LocalIdentity? other) => other is not null && _fingerprint.AsSpan().SequenceEqual(other._fingerprint);

    /// <summary>The context for a server that sends the names of its trusted CAs. Only Linux and macOS support that.</summary>
    public SslStreamCertificateContext CreateContext(ReadOnlySpan<X509Certificate2> anchors)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            return Context;
        }

        var trust = SslCertificateTrust.CreateForX509Collection([.. anchors], sendTrustInHandshake: true);
        return SslStreamCertificateContext.Create(Leaf, [.. Chain.Skip(1)], offline: true, trust);
    }

    /// <param name="chain">The leaf certificate, then its intermediates.</param>
    /// <param name="key">The private key of the leaf.</param>
    /// <param name="kind">The kind of the key; <see langword="null"/> if it is unknown.</param>
    /// <param name="password">The password of the key.</param>
    /// <param name="certFile">The file of the chain, for error messages.</param>
    /// <exception cref="FileException">The key does not match the leaf, or .NET does not support its type.</exception>
    public static LocalIdentity Create(
        IReadOnlyList<X509Certificate2> chain, PrivateKey key, KeyKind? kind, string password, string certFile)
    {
        var (subject, pem) = (chain[0].Subject, chain[0].ExportCertificatePem());
        if (kind is not null && KeyKind.Of(chain[0]) is var expected && kind.Name != expected.Name)
        {
            throw new FileException($"holds {kind.Name}, and the certificate '{subject}' in '{certFile}' has {expected.Name}", SetKey);
        }

        try
        {
            var leaf = key.IsEncrypted
                ? X509Certificate2.CreateFromEncryptedPem(pem, key.Pem, password)
                : X509Certificate2.CreateFromPem(pem, key.Pem);
            if (OperatingSystem.IsWindows())
            {
                // SChannel rejects ephemeral keys.
                leaf = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
            }

            // Only a context sends intermediates. It is offline: a handshake must not wait for a download.
            return new LocalIdentity(SslStreamCertificateContext.Create(leaf, [.. chain.Skip(1)], offline: true), chain);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException or NotSupportedException)
        {
            // The text of .NET does not say which of these it is.
            throw key.FindPublicKey(password) is not null
                ? new FileException($"does not match the certificate '{subject}' in '{certFile}'", SetKey, exception)
                : key.IsEncrypted
                    ? new FileException(
                        "holds an encrypted private key that the password does not decrypt",
                        "Set the password of this key, which 'openssl pkey -in FILE -noout' asks for", exception)
                    : new FileException("has a broken private key", "Write the file again", exception);
        }
    }
}
