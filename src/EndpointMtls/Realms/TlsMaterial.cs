using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Realms;

/// <summary>One consistent, immutable set of certificates: who we are and whom we trust.</summary>
/// <remarks>Never disposed: a handshake may still hold it, and a disposed client certificate connects anonymously without an error.</remarks>
internal sealed record TlsMaterial(SslStreamCertificateContext? Identity, IReadOnlyList<X509Certificate2> Anchors, IReadOnlyList<X509Certificate2> Intermediates)
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>The rules a server's certificate must pass: our anchors only, no downloads, meant for servers.</summary>
    public X509ChainPolicy CreateServerPolicy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(ServerAuthentication);
        policy.CustomTrustStore.AddRange(Anchors.ToArray());
        policy.ExtraStore.AddRange(Intermediates.ToArray());
        return policy;
    }
}
