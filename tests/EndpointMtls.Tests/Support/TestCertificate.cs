using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Tests.Support;

/// <summary>A leaf certificate with its key and its intermediates.</summary>
internal sealed record TestCertificate(X509Certificate2 Leaf, AsymmetricAlgorithm Key, IReadOnlyList<X509Certificate2> Intermediates)
{
    public string Subject => Leaf.Subject;

    public string ChainPem => string.Join('\n', Intermediates.Prepend(Leaf).Select(certificate => certificate.ExportCertificatePem())) + "\n";

    public string KeyPem => Key.ExportPkcs8PrivateKeyPem() + "\n";

    public X509Certificate2 WithKey() => Key is RSA rsa ? Leaf.CopyWithPrivateKey(rsa) : Leaf.CopyWithPrivateKey((ECDsa)Key);

    public SslStreamCertificateContext ToContext() => SslStreamCertificateContext.Create(WithKey(), [.. Intermediates], offline: true);
}
