using EndpointMtls.Certificates;

namespace EndpointMtls.Channels;

/// <summary>The client certificate that connections present after a rotation, until the channel has moved to the new one.</summary>
/// <remarks>Only the client certificate is kept. Servers are always verified by the trust anchors and rules in use.</remarks>
/// <param name="Provider">The provider of the certificate. Connections of another provider do not present it.</param>
/// <param name="Material">The certificates of the connections that were open at the rotation.</param>
internal sealed record PinnedIdentity(RotatingCertificateProvider Provider, TlsMaterial Material)
{
    /// <summary>Whether the certificate may still be presented. No certificate at all never expires.</summary>
    public bool IsValid(DateTimeOffset now) => Material.Identity is not { } identity || identity.NotAfter > now;

    /// <summary>The certificates for a new connection.</summary>
    public TlsMaterial Select(RotatingCertificateProvider provider, TlsMaterial inUse, DateTimeOffset now) =>
        provider == Provider && inUse.Generation != Material.Generation && IsValid(now) ? inUse.WithIdentityOf(Material) : inUse;
}
