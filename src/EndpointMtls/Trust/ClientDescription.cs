using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>Creates the description of a client from its verified certificate.</summary>
internal static class ClientDescription
{
    public static VerifiedClient Of(X509Certificate2 leaf, SubjectNames names, PeerChain chain, string realm) => new()
    {
        Realm = realm,
        Subject = leaf.Subject,
        Issuer = leaf.Issuer,
        SerialNumber = leaf.SerialNumber,
        Thumbprint = leaf.GetCertHashString(HashAlgorithmName.SHA256),
        NotBefore = leaf.NotBefore.ToUniversalTime(),
        NotAfter = leaf.NotAfter.ToUniversalTime(),
        DnsNames = names.Dns,
        Uris = names.Uris,
        IPAddresses = names.IPAddresses,
        EmailAddresses = names.EmailAddresses,
        Anchor = chain.Anchor,
        AnchorThumbprint = chain.AnchorThumbprint,
        Chain = chain,
    };
}
