using System.Collections.Immutable;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Trust;

namespace EndpointMtls.Certificates;

/// <summary>What handshakes use at one moment: who we are and whom we trust. Immutable.</summary>
/// <param name="Generation">Counts what has been in use so far, from 1.</param>
/// <param name="Tls">The rules of the realm.</param>
/// <param name="Identity">What we present; <see langword="null"/> for nothing.</param>
/// <param name="Authorities">Whom we trust, and the intermediates that help to get there.</param>
internal sealed record TlsMaterial(int Generation, TlsDefinition Tls, ClientIdentity? Identity, ImmutableHashSet<Authority> Authorities)
{
    private readonly X509Certificate2[] _anchors = CertificatesOf(Authorities, isAnchor: true);
    private readonly X509Certificate2[] _intermediates = CertificatesOf(Authorities, isAnchor: false);

    private SslStreamCertificateContext? _verifyingContext;

    /// <summary>Who we are, for a handshake that also tells clients whom we trust: those with several certificates choose by it.</summary>
    public SslStreamCertificateContext VerifyingContext => _verifyingContext ??= Identity!.CreateContext(_anchors);

    /// <summary>The rules a server's certificate must pass: no anchors but ours, unless the realm says the system's; no downloads, meant for servers.</summary>
    public X509ChainPolicy CreateServerPolicy()
    {
        if (Tls.UseSystemRoots)
        {
            return CreatePolicy(X509ChainTrustMode.System);
        }

        var policy = CreatePolicy(X509ChainTrustMode.CustomRootTrust);
        policy.CustomTrustStore.AddRange(_anchors);
        policy.ExtraStore.AddRange(_intermediates);
        return policy;
    }

    /// <summary>The rules a client's certificate must pass: no anchors but ours, no downloads, meant for clients.</summary>
    public X509ChainPolicy CreateClientPolicy()
    {
        var policy = CreatePolicy(X509ChainTrustMode.CustomRootTrust, ExtendedKeyUsage.ClientAuthentication);
        policy.CustomTrustStore.AddRange(_anchors);
        policy.ExtraStore.AddRange(_intermediates);
        return policy;
    }

    /// <summary>Rules that no certificate passes.</summary>
    public static X509ChainPolicy CreatePolicyThatTrustsNobody() => CreatePolicy(X509ChainTrustMode.CustomRootTrust);

    /// <summary>Whether a server is vouched for that was accepted before, be it by another way than then. Its dates do not matter.</summary>
    public bool Trusts(PeerChain peer) => Tls.InsecureSkipVerify || HasAnchorOf(peer) || Trusts(peer, CreateServerPolicy());

    /// <summary>The same for a client.</summary>
    public bool TrustsClient(PeerChain peer) => HasAnchorOf(peer) || Trusts(peer, CreateClientPolicy());

    private bool HasAnchorOf(PeerChain peer) => Authorities.Any(authority => authority.Thumbprint == peer.AnchorThumbprint);

    private static bool Trusts(PeerChain peer, X509ChainPolicy policy)
    {
        using var chain = new X509Chain { ChainPolicy = policy };
        using var leaf = X509CertificateLoader.LoadCertificate(peer.Leaf);
        var others = peer.Others.Select(other => X509CertificateLoader.LoadCertificate(other)).ToList();
        chain.ChainPolicy.ExtraStore.AddRange(others.ToArray());
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        var isTrusted = chain.Build(leaf);
        others.ForEach(other => other.Dispose());
        return isTrusted;
    }

    private static X509ChainPolicy CreatePolicy(X509ChainTrustMode trustMode, Oid? usage = null)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = trustMode,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.ApplicationPolicy.Add(usage ?? ExtendedKeyUsage.ServerAuthentication);
        return policy;
    }

    private static X509Certificate2[] CertificatesOf(ImmutableHashSet<Authority> authorities, bool isAnchor) =>
        [.. authorities.Where(authority => authority.IsAnchor == isAnchor).Select(authority => authority.Certificate)];
}
