using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Trust;

namespace EndpointMtls.Channels;

/// <summary>The callbacks of one TLS handshake, and what they observed.</summary>
internal sealed class HandshakeObservation(PeerVerifier verifier, TimeProvider timeProvider)
{
    /// <summary>The verdict on the server certificate; <see langword="null"/> before it is verified.</summary>
    public PeerVerdict? Verdict { get; private set; }

    /// <summary>Whether the server requested a client certificate, and the realm has none.</summary>
    public bool IsCertificateMissing { get; private set; }

    public bool VerifyServer(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Verdict = verifier.Verify(certificate, chain, errors, timeProvider.GetUtcNow());
        return Verdict.IsAccepted;
    }

    /// <summary>Selects no client certificate, and records whether the server requested one.</summary>
    /// <remarks>The runtime calls it before the handshake too, without a certificate of the server.</remarks>
    public X509Certificate SelectNoCertificate(
        object sender,
        string targetHost,
        X509CertificateCollection localCertificates,
        X509Certificate? remoteCertificate,
        string[] acceptableIssuers)
    {
        IsCertificateMissing |= remoteCertificate is not null;
        return null!;
    }
}
