using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Trust;

namespace EndpointMtls.Channels;

/// <summary>The callbacks of one TLS handshake, and what they have seen of the server.</summary>
internal sealed class HandshakeObservation(PeerVerifier verifier)
{
    /// <summary>The verdict on the certificate of the server; <see langword="null"/> if the handshake has not come that far.</summary>
    public PeerVerdict? Verdict { get; private set; }

    /// <summary>Whether the server asked for a certificate, and there is none to present.</summary>
    public bool WantedCertificate { get; private set; }

    public bool VerifyServer(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Verdict = verifier.Verify(certificate, chain, errors);
        return Verdict.IsAccepted;
    }

    /// <summary>Selects no certificate. Called before the handshake, and again when the server asks: only then its certificate is known.</summary>
    public X509Certificate SelectNoCertificate(
        object sender, string targetHost, X509CertificateCollection localCertificates, X509Certificate? remoteCertificate, string[] acceptableIssuers)
    {
        WantedCertificate |= remoteCertificate is not null;
        return null!;
    }
}
