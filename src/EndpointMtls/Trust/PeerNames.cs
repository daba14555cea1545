using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>Tells the names a certificate is for. Whether one without names will do is not for us to say.</summary>
internal static class PeerNames
{
    /// <summary>The DNS names, IP addresses and URIs of its subject alternative names, in that order.</summary>
    public static IReadOnlyList<string> Of(X509Certificate2 certificate)
    {
        var names = SubjectNames.Of(certificate);
        return [.. names.Dns, .. names.IPAddresses.Select(address => address.ToString()), .. names.Uris];
    }
}
