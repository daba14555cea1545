using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>Interprets the errors that the platform found in a chain. Whether the certificates are in date, it decides itself.</summary>
/// <remarks>To OpenSSL, a certificate has expired at its <c>notAfter</c>. By RFC 5280 it is valid until the end of that second.</remarks>
internal static class PlatformErrors
{
    /// <summary>The reason to reject a chain; <see langword="null"/> if there is none.</summary>
    /// <param name="chain">A chain that was built.</param>
    /// <param name="errors">The errors of the handshake. The comparison of names does not count here.</param>
    /// <param name="now">The time; <see langword="null"/> if certificates need not be in date.</param>
    public static ConnectionFailureReason? FindReason(X509Chain chain, SslPolicyErrors errors, DateTimeOffset? now)
    {
        var found = X509ChainStatusFlags.NoError;
        foreach (var status in chain.ChainStatus)
        {
            found |= status.Status;
        }

        return Has(X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot) ? ConnectionFailureReason.UntrustedRoot
            : FindOutOfDate(chain, now) is var (_, isEarly)
                ? isEarly ? ConnectionFailureReason.NotYetValid : ConnectionFailureReason.Expired
            : Has(X509ChainStatusFlags.NotValidForUsage) ? ConnectionFailureReason.EkuMismatch
            : Has(~X509ChainStatusFlags.NotTimeValid) || (found == 0 && (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
                ? ConnectionFailureReason.InvalidChain
            : null;

        bool Has(X509ChainStatusFlags flags) => (found & flags) != 0;
    }

    /// <summary>Finds the first certificate of a chain that has expired, or is not valid yet.</summary>
    /// <inheritdoc cref="FindReason"/>
    public static (X509Certificate2 Certificate, bool IsEarly)? FindOutOfDate(X509Chain chain, DateTimeOffset? now)
    {
        foreach (var certificate in chain.ChainElements.Select(element => element.Certificate))
        {
            var isEarly = now < certificate.NotBefore.ToUniversalTime();
            if (isEarly || now >= certificate.NotAfter.ToUniversalTime().AddSeconds(1))
            {
                return (certificate, isEarly);
            }
        }

        return null;
    }
}
