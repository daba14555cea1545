using System.Collections.Immutable;
using System.Net.Security;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>What handshakes use: the identity to present, and the verifiers of peers. Immutable.</summary>
/// <remarks>A generation can have several: other CRLs, or options that do not concern handshakes, do not begin a new one.</remarks>
internal sealed class TlsMaterial
{
    private readonly TrustBundle _trusted;

    private SslStreamCertificateContext? _verifyingContext;

    /// <param name="generation">The number of the generation, from 1.</param>
    /// <param name="tls">The options of the realm.</param>
    /// <param name="identity">The identity to present; <see langword="null"/> for none.</param>
    /// <param name="caCertificates">The trust anchors, and intermediates to build chains with.</param>
    /// <param name="revocationLists">The CRLs.</param>
    public TlsMaterial(
        int generation,
        TlsDefinition tls,
        LocalIdentity? identity,
        ImmutableHashSet<CaCertificate> caCertificates,
        RevocationLists revocationLists)
    {
        (Generation, Tls, Identity) = (generation, tls, identity);
        (CaCertificates, RevocationLists) = (caCertificates, revocationLists);
        var revocation = tls.CrlFiles.IsEmpty ? null : new RevocationCheck(revocationLists, tls.CrlMode);
        _trusted = new TrustBundle(caCertificates, tls.CaFiles);
        Servers = new PeerVerifier(PeerRole.Server, tls.UseSystemRoots ? TrustBundle.System : _trusted)
        {
            AcceptsAnyCertificate = tls.InsecureSkipVerify,
            AcceptsWeakCertificates = tls.AllowWeakCertificates,
            AcceptsCommonName = tls.VerifyCommonName,
            AllowedSans = tls.ServerAllowedSans,
            Pins = tls.Pins,
            Revocation = revocation,
            KeepsChain = tls.OnTrustRemoved == TrustRemovedAction.Close,
        };
        Clients = new PeerVerifier(PeerRole.Client, _trusted)
        {
            AcceptsWeakCertificates = tls.AllowWeakCertificates,
            Revocation = revocation,
            KeepsChain = true,
        };
    }

    public int Generation { get; }

    public TlsDefinition Tls { get; }

    public LocalIdentity? Identity { get; }

    public ImmutableHashSet<CaCertificate> CaCertificates { get; }

    public RevocationLists RevocationLists { get; }

    /// <summary>Verifies servers, but not their names. See <see cref="VerifierOf"/>.</summary>
    public PeerVerifier Servers { get; }

    /// <summary>Verifies clients.</summary>
    public PeerVerifier Clients { get; }

    /// <summary>The verifier of one server.</summary>
    /// <param name="host">The host that a client connects to.</param>
    public PeerVerifier VerifierOf(string host) =>
        Servers with { ExpectedName = Tls.ServerName ?? (Tls.ServerAllowedSans.IsEmpty ? host : null) };

    /// <summary>The same trust and rules, with an earlier identity and its generation.</summary>
    public TlsMaterial WithIdentityOf(TlsMaterial earlier) =>
        new(earlier.Generation, Tls, earlier.Identity, CaCertificates, RevocationLists);

    /// <summary>The identity for a server that sends the names of its trusted CAs, by which clients select a certificate.</summary>
    public SslStreamCertificateContext VerifyingContext => _verifyingContext ??= Identity!.CreateContext(_trusted.Anchors);
}
