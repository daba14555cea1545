namespace Grpc.Core;

/// <summary>A certificate chain and its key, in PEM.</summary>
public sealed class KeyCertificatePair
{
    /// <summary>Creates a pair.</summary>
    public KeyCertificatePair(string certificateChain, string privateKey)
    {
        ArgumentNullException.ThrowIfNull(certificateChain);
        ArgumentNullException.ThrowIfNull(privateKey);
        CertificateChain = certificateChain;
        PrivateKey = privateKey;
    }

    /// <summary>The certificate, followed by its intermediates.</summary>
    public string CertificateChain { get; }

    /// <summary>The key of the certificate.</summary>
    public string PrivateKey { get; }
}
