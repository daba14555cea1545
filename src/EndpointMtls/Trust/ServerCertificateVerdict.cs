using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>What was found wrong with the server's certificate in one handshake. Accepts nothing that the chain policy refused.</summary>
internal sealed class ServerCertificateVerdict(DateTimeOffset now, bool remembersPeer = false, bool acceptsAnybody = false)
{
    private SslPolicyErrors _errors;
    private X509ChainStatusFlags _chainStatus;

    public bool IsChecked { get; private set; }

    /// <summary>Whether the server asked for a certificate that we do not have.</summary>
    public bool WantedCertificate { get; private set; }

    public string? Subject { get; private set; }

    public string? Issuer { get; private set; }

    /// <summary>The chain of the server's certificate, if it was accepted and may have to be judged again.</summary>
    public PeerChain? Peer { get; private set; }

    /// <summary>The validity of the server's certificate or, if that is the trouble, of the one above it that is out of date.</summary>
    public DateTimeOffset NotBefore { get; private set; }

    public DateTimeOffset NotAfter { get; private set; }

    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>The gravest finding, or <see langword="null"/> if the certificate was accepted.</summary>
    public ConnectionFailureReason? Refusal =>
        _errors == SslPolicyErrors.None ? null
        : Has(X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot) ? ConnectionFailureReason.UntrustedRoot
        : Has(X509ChainStatusFlags.NotTimeValid) ? now < NotBefore ? ConnectionFailureReason.NotYetValid : ConnectionFailureReason.Expired
        : Has(X509ChainStatusFlags.NotValidForUsage) ? ConnectionFailureReason.EkuMismatch
        : _errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) ? ConnectionFailureReason.InvalidChain
        : _errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? ConnectionFailureReason.NameMismatch
        : ConnectionFailureReason.InvalidChain;

    public string ChainStatus => _chainStatus.ToString();

    /// <summary>The callback of the handshake. It copies what it needs: the runtime disposes the certificates.</summary>
    public bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        IsChecked = true;
        _errors = errors = acceptsAnybody && certificate is not null ? SslPolicyErrors.None : errors;
        _chainStatus = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status) ?? default;
        if (certificate is X509Certificate2 leaf)
        {
            var outOfDate = chain?.ChainElements.FirstOrDefault(element => element.ChainElementStatus.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid))?.Certificate;
            (Subject, Issuer) = (leaf.Subject, leaf.Issuer);
            (NotBefore, NotAfter) = ((outOfDate ?? leaf).NotBefore, (outOfDate ?? leaf).NotAfter);
            Peer = errors == SslPolicyErrors.None && remembersPeer ? PeerChain.Of(leaf, chain) : null;
            Names = PeerNames.Of(leaf);
        }

        return errors == SslPolicyErrors.None;
    }

    /// <summary>The callback that chooses our certificate where there is none to choose.</summary>
    public X509Certificate NoteRequest(object sender, string targetHost, X509CertificateCollection localCertificates, X509Certificate? remoteCertificate, string[] acceptableIssuers)
    {
        WantedCertificate |= remoteCertificate is not null;
        return null!;
    }

    private bool Has(X509ChainStatusFlags flags) => (_chainStatus & flags) != 0;
}
