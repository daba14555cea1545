using System.Collections.Immutable;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>The credentials that the files of a realm contain. Immutable.</summary>
/// <param name="Identity">The certificate to present; <see langword="null"/> if the realm has none.</param>
/// <param name="CaCertificates">The CA certificates of peers: trust anchors and intermediates.</param>
/// <param name="RevocationLists">The CRLs.</param>
internal sealed record FileCredentials(
    LocalIdentity? Identity, ImmutableHashSet<CaCertificate> CaCertificates, RevocationLists RevocationLists)
{
    /// <summary>What is usable in the files, and probably a mistake.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}
