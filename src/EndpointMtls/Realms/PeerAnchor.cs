using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Realms;

/// <summary>The authority at the end of a server's chain.</summary>
internal sealed record PeerAnchor(string Subject, string Thumbprint)
{
    public static PeerAnchor Of(X509Certificate2 certificate) => new(certificate.Subject, certificate.GetCertHashString(HashAlgorithmName.SHA256));
}
