using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>The chain of an accepted peer, to verify it again later. A copy, because the runtime disposes the certificates.</summary>
/// <param name="Anchor">The subject of the trust anchor.</param>
/// <param name="AnchorThumbprint">The SHA-256 of the trust anchor, in hexadecimal.</param>
/// <param name="Leaf">The certificate of the peer.</param>
/// <param name="Others">The other certificates for building the chain: those the peer sent, and the intermediates of the realm.</param>
internal sealed record PeerChain(string Anchor, string AnchorThumbprint, byte[] Leaf, IReadOnlyList<byte[]> Others)
{
    /// <param name="leaf">The certificate of the peer.</param>
    /// <param name="path">The accepted path.</param>
    /// <param name="presented">The first path that was built: its policy has all certificates. That of another path may lack some.</param>
    public static PeerChain? Of(X509Certificate2 leaf, X509Chain? path, X509Chain? presented) =>
        (path, presented) is ({ ChainElements: [.., { Certificate: var anchor }] }, not null)
            ? new PeerChain(
                anchor.Subject,
                anchor.GetCertHashString(HashAlgorithmName.SHA256),
                leaf.RawData,
                [.. presented.ChainPolicy.ExtraStore.Select(certificate => certificate.RawData)])
            : null;
}
