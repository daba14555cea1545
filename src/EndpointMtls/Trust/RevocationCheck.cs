using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>Checks whether certificates of a chain are revoked (RFC 5280, section 6.3). Immutable.</summary>
/// <param name="Lists">The CRLs.</param>
/// <param name="Mode">Whether each CA must have a current one.</param>
internal sealed record RevocationCheck(RevocationLists Lists, CrlMode Mode)
{
    private const string AddCrl = "Add the current CRL of that CA to the CRL files";

    /// <summary>Finds a revoked certificate; or if there is none, a CA whose current CRL is required and missing.</summary>
    /// <param name="path">A valid chain: the leaf first, the trust anchor last. The trust anchor cannot be revoked.</param>
    /// <param name="now">The time; <see langword="null"/> if CRLs need not be current.</param>
    /// <returns>The reason and its details, to follow the name of the certificate; <see langword="null"/> if there is no problem.</returns>
    public (ConnectionFailureReason Reason, string Details)? FindProblem(X509ChainElementCollection path, DateTimeOffset? now)
    {
        string? unknown = null;
        for (var index = 0; index < path.Count - 1; index++)
        {
            var (certificate, ca) = (path[index].Certificate, path[index + 1].Certificate);
            var list = Lists.Find(ca);
            if (list?.Revokes(certificate) == true)
            {
                return (ConnectionFailureReason.Revoked, Explain(certificate, list));
            }

            // The peer selects which certificates of its CA it sends. None of them may hide a revocation.
            unknown ??= list is null ? $"the CA '{Snippet.OfPeer(ca.Subject)}' has no CRL. {AddCrl}"
                : !RevocationList.MaySign(ca)
                    ? $"the keyUsage of the CA '{Snippet.OfPeer(ca.Subject)}' does not permit it to sign CRLs. Issue it with 'cRLSign'"
                : list.IsExpiredAt(now) ? $"the CRL of the CA '{Snippet.OfPeer(ca.Subject)}' expired on {list.NextUpdate:u}. {AddCrl}"
                : null;
        }

        return Mode == CrlMode.Require && unknown is not null ? (ConnectionFailureReason.RevocationUnknown, unknown) : null;
    }

    private static string Explain(X509Certificate2 certificate, RevocationList list) =>
        $"the CRL of '{Snippet.OfPeer(list.Issuer)}' from {list.ThisUpdate:u} lists '{Snippet.OfPeer(certificate.Subject)}' "
        + $"(serial number {Snippet.OfPeer(certificate.SerialNumber)})";
}
