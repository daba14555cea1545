using System.Collections.Immutable;
using System.Net.Security;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>What handshakes use at one moment: the identity to present, and the peers to trust. Immutable.</summary>
internal sealed class TlsMaterial
{
    private readonly TrustBundle _trusted;

    private SslStreamCertificateContext? _verifyingContext;

    /// <param name="generation">Counts what has been in use so far, from 1.</param>
    /// <param name="tls">The rules of the realm.</param>
    /// <param name="identity">What is presented; <see langword="null"/> for nothing.</param>
    /// <param name="authorities">The trust anchors, and the intermediates that help to build chains to them.</param>
    public TlsMaterial(int generation, TlsDefinition tls, ClientIdentity? identity, ImmutableHashSet<CaCertificate> authorities)
    {
        (Generation, Tls, Identity, CaCertificates) = (generation, tls, identity, authorities);
        _trusted = new TrustBundle(authorities, tls.CaFiles);
        Servers = new PeerVerifier(PeerRole.Server, tls.UseSystemRoots ? TrustBundle.System : _trusted)
        {
            AcceptsAnyCertificate = tls.InsecureSkipVerify,
            KeepsChain = tls.OnTrustRemoved == TrustRemovedAction.Close,
        };
        Clients = new PeerVerifier(PeerRole.Client, _trusted) { KeepsChain = true };
    }

    public int Generation { get; }

    public TlsDefinition Tls { get; }

    public ClientIdentity? Identity { get; }

    public ImmutableHashSet<CaCertificate> CaCertificates { get; }

    /// <summary>Verifies servers.</summary>
    public PeerVerifier Servers { get; }

    /// <summary>Verifies clients.</summary>
    public PeerVerifier Clients { get; }

    /// <summary>The identity for a server that sends clients the names of the CAs it trusts: clients with several certificates choose by them.</summary>
    public SslStreamCertificateContext VerifyingContext => _verifyingContext ??= Identity!.CreateContext(_trusted.Anchors);
}
