using EndpointMtls.Configuration.Model;
using EndpointMtls.Files;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>Finds what is usable in the files of a realm, and probably a mistake.</summary>
internal static class FileWarnings
{
    /// <param name="tls">The options of the realm.</param>
    /// <param name="content">The content of the files.</param>
    /// <param name="identity">The certificate to present.</param>
    /// <param name="caCertificates">The CA certificates of peers.</param>
    /// <returns>Sentences. They do not depend on the time, so that a repeated warning is the same text.</returns>
    public static IEnumerable<string> Find(
        TlsDefinition tls, FileSetContent content, LocalIdentity? identity, IReadOnlyCollection<CaCertificate> caCertificates)
    {
        if (identity is null)
        {
            yield break;
        }

        if (content[tls.KeyFile!].Mode is { } mode && mode.HasFlag(UnixFileMode.OtherRead))
        {
            yield return $"'{tls.KeyFile}' holds a private key, and every user of this host can read it. "
                + "Remove that permission, for example with 'chmod o-r'.";
        }

        if (!tls.IsServer && !ExtendedKeyUsage.AllowsClient(identity.Leaf))
        {
            yield return $"'{tls.CertFile}' holds the certificate '{identity.Leaf.Subject}', which is issued for servers only: "
                + "servers reject it as a client certificate. Unless only a server uses this realm, issue it with the extended key usage "
                + "'clientAuth'.";
        }

        // Without CA certificates, nothing is known about the CAs of this realm.
        if (caCertificates.Count > 0 && identity.FindWithoutIssuer(caCertificates) is { } last)
        {
            yield return $"'{tls.CertFile}' holds '{last.Subject}' without the certificate of its issuer '{last.Issuer}', which is not a "
                + $"root CA of this realm. If it is an intermediate CA, {Peers(tls)} may reject '{identity.Leaf.Subject}': add the "
                + $"certificate of '{last.Issuer}' after it.";
        }

        var path = string.Join(", ", identity.Sent.Select(certificate => $"'{certificate.Subject}'"));
        var unsent = identity.Chain.Skip(1).Where(other => !identity.Sent.Contains(other) && !CaCertificate.IsSelfSigned(other));
        foreach (var missing in unsent)
        {
            yield return $"'{tls.CertFile}' holds the certificate '{missing.Subject}', issued by '{missing.Issuer}', and .NET does not "
                + $"send it: .NET sends one path, which is {path}. "
                + $"Remove it, and make sure that the {Peers(tls)} trust the issuer of the last one.";
        }
    }

    private static string Peers(TlsDefinition tls) => tls.IsServer ? "clients" : "servers";
}
