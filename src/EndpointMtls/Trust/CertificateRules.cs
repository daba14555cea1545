using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Text;

namespace EndpointMtls.Trust;

/// <summary>The rules for each certificate of a chain that the platform does not enforce.</summary>
internal static class CertificateRules
{
    /// <summary>Finds the first malformed certificate of a chain.</summary>
    /// <param name="path">The chain, the leaf first.</param>
    /// <param name="count">How many of its certificates to check.</param>
    /// <inheritdoc cref="FindFault(X509Certificate2, bool)"/>
    public static string? FindFault(X509ChainElementCollection path, int count)
    {
        string? fault = null;
        for (var index = 0; index < count && fault is null; index++)
        {
            fault = FindFault(path[index].Certificate, isIssuer: index > 0);
        }

        return fault;
    }

    /// <summary>Finds the first key of a chain that can be broken, or signature that can be forged.</summary>
    /// <param name="path">The chain, the leaf first and the trust anchor last.</param>
    /// <param name="count">How many of its certificates to check.</param>
    /// <inheritdoc cref="FindWeakness(X509Certificate2, bool)"/>
    public static string? FindWeakness(X509ChainElementCollection path, int count)
    {
        string? weakness = null;
        for (var index = 0; index < count && weakness is null; index++)
        {
            weakness = FindWeakness(path[index].Certificate, isAnchor: index == path.Count - 1);
        }

        return weakness;
    }

    /// <summary>Finds what is malformed.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="isIssuer">Whether it has issued another certificate of the chain.</param>
    /// <returns>A sentence about the certificate; <see langword="null"/> if it is well-formed.</returns>
    public static string? FindFault(X509Certificate2 certificate, bool isIssuer) =>
        Find(certificate, isIssuer, CertificateSyntax.FindFault);

    /// <summary>Finds a key that can be broken, or a signature that can be forged.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="isAnchor">Whether it is a trust anchor. Its signature is not verified, so it may be weak.</param>
    /// <returns>A sentence about the certificate; <see langword="null"/> if it is strong.</returns>
    public static string? FindWeakness(X509Certificate2 certificate, bool isAnchor) => Find(
        certificate,
        isAnchor,
        static (content, isAnchor) => (isAnchor ? null : AlgorithmStrength.FindWeakSignature(content.SignatureAlgorithm))
            ?? AlgorithmStrength.FindWeakKey(content));

    private static string? Find(X509Certificate2 certificate, bool argument, Func<CertificateContent, bool, string?> find)
    {
        string? problem;
        try
        {
            problem = find(new CertificateContent(certificate.RawDataMemory.Span), argument);
        }
        catch (AsnContentException)
        {
            problem = "is malformed";
        }

        return problem is null ? null : $"'{Snippet.OfPeer(certificate.Subject)}' {problem}";
    }
}
