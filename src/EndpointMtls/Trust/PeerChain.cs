using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>The chain of a server's certificate as it was accepted, for that to be judged again. A copy: the runtime disposes the certificates.</summary>
/// <param name="Anchor">The subject of the authority where the chain ended.</param>
/// <param name="AnchorThumbprint">Its SHA-256, in hexadecimal.</param>
/// <param name="Leaf">The server's certificate.</param>
/// <param name="Others">What was at hand to build the chain: what the server sent, and our intermediates.</param>
internal sealed record PeerChain(string Anchor, string AnchorThumbprint, byte[] Leaf, IReadOnlyList<byte[]> Others)
{
    public static PeerChain? Of(X509Certificate2 leaf, X509Chain? chain) =>
        chain is { ChainElements: [.., { Certificate: var anchor }] }
            ? new PeerChain(anchor.Subject, anchor.GetCertHashString(HashAlgorithmName.SHA256), leaf.RawData, [.. chain.ChainPolicy.ExtraStore.Select(certificate => certificate.RawData)])
            : null;
}
