using System.Collections.Immutable;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>Verifies the certificates of servers and clients. No other code decides whether a peer is accepted. Immutable.</summary>
/// <param name="Role">Whether the peers are servers or clients.</param>
/// <param name="Trusted">The trust anchors where their chains must end.</param>
internal sealed record PeerVerifier(PeerRole Role, TrustBundle Trusted)
{
    /// <summary>Whether any certificate is accepted: <c>insecure_skip_verify</c>.</summary>
    public bool AcceptsAnyCertificate { get; init; }

    /// <summary>Whether weak keys and signatures are accepted: <c>allow_weak_certificates</c>.</summary>
    public bool AcceptsWeakCertificates { get; init; }

    /// <summary>The host name or IP address that the certificate of a server must be for; <see langword="null"/> for any name.</summary>
    public string? ExpectedName { get; init; }

    /// <summary>Whether the common name of a certificate without the extension for names is a name: <c>verify_common_name</c>.</summary>
    public bool AcceptsCommonName { get; init; }

    /// <summary>Whether the verifier compares <see cref="ExpectedName"/> itself: <see cref="SslStream"/> may use another name.</summary>
    public bool ComparesName { get; init; }

    /// <summary>Patterns of which one must match a subject alternative name. Empty allows all names.</summary>
    public ImmutableArray<SanPattern> AllowedSans { get; init; } = [];

    /// <summary>Pins of which one must be that of a key in the accepted chain. Empty allows all keys.</summary>
    public ImmutableArray<KeyPin> Pins { get; init; } = [];

    /// <summary>The check for revoked certificates; <see langword="null"/> if the realm has no CRLs.</summary>
    public RevocationCheck? Revocation { get; init; }

    /// <summary>Whether the verdict on an accepted peer contains its subject and names. Reading them allocates memory.</summary>
    public bool DescribesPeer { get; init; }

    /// <summary>Whether to keep accepted chains, to verify them again when the trusted certificates change.</summary>
    public bool KeepsChain { get; init; }

    /// <summary>Creates the policy for building a chain: only the trusted anchors, and no downloads.</summary>
    public X509ChainPolicy CreateChainPolicy()
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.ApplicationPolicy.Add(
            Role == PeerRole.Server ? ExtendedKeyUsage.ServerAuthentication : ExtendedKeyUsage.ClientAuthentication);
        Trusted.AddTo(policy);
        return policy;
    }

    /// <summary>Verifies what a peer presented in a handshake.</summary>
    /// <param name="certificate">The certificate of the peer.</param>
    /// <param name="chain">Its chain, built by the policy of this verifier.</param>
    /// <param name="errors">The errors that the runtime found.</param>
    /// <param name="now">The time; <see langword="null"/> if certificates need not be in date.</param>
    public PeerVerdict Verify(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset? now)
    {
        if (certificate is not X509Certificate2 leaf)
        {
            return PeerVerdict.Rejected(ConnectionFailureReason.CertificateMissing, RejectionText.Missing(Role));
        }

        try
        {
            return Decide(leaf, chain, errors, now);
        }
        catch (Exception exception)
        {
            // A peer may send anything, and .NET parses a part of a certificate when it is first read.
            return Unreadable(exception);
        }
    }

    /// <summary>Verifies what a peer presented in a handshake whose chain was built with another policy: builds the chain again.</summary>
    /// <param name="certificate">The certificate of the peer.</param>
    /// <param name="others">Other certificates to build the chain with.</param>
    /// <param name="errors">The errors that the runtime found. Only the result of the name comparison is used.</param>
    /// <param name="now">The time.</param>
    public PeerVerdict VerifyAgain(
        X509Certificate? certificate, X509Certificate2Collection others, SslPolicyErrors errors, DateTimeOffset? now)
    {
        if (certificate is not X509Certificate2 leaf || AcceptsAnyCertificate)
        {
            return Verify(certificate, chain: null, errors, now);
        }

        using var chain = new X509Chain { ChainPolicy = CreateChainPolicy() };
        chain.ChainPolicy.ExtraStore.AddRange(others);
        try
        {
            var chainErrors = chain.Build(leaf) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
            return Verify(leaf, chain, chainErrors | (errors & SslPolicyErrors.RemoteCertificateNameMismatch), now);
        }
        catch (CryptographicException exception)
        {
            return Unverifiable(exception);
        }
    }

    /// <summary>Whether a previously accepted peer is still accepted, possibly through another anchor. Expiry is ignored.</summary>
    public bool StillAccepts(PeerChain peer) => VerifyAgain(peer).IsAccepted;

    /// <summary>Verifies a previously accepted peer again, possibly through another anchor. Expiry is ignored.</summary>
    public PeerVerdict VerifyAgain(PeerChain peer)
    {
        using var leaf = X509CertificateLoader.LoadCertificate(peer.Leaf);
        X509Certificate2[] others = [.. peer.Others.Select(other => X509CertificateLoader.LoadCertificate(other))];
        var verdict = VerifyAgain(leaf, [.. others], SslPolicyErrors.None, now: null);
        Array.ForEach(others, other => other.Dispose());
        return verdict;
    }

    private PeerVerdict Decide(X509Certificate2 leaf, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset? now)
    {
        var names = DescribesPeer || !AllowedSans.IsEmpty ? SubjectNames.Of(leaf) : null;
        if (AcceptsAnyCertificate || FindProblem(names, chain, errors, now) is not { } problem)
        {
            return Accept(leaf, names, chain, chain);
        }

        // The platform builds one path only. Another may be valid.
        foreach (var path in chain is { ChainElements.Count: > 0 } ? ChainPaths.Others(leaf, chain) : [])
        {
            if (FindProblem(names, path, errors & SslPolicyErrors.RemoteCertificateNameMismatch, now) is null)
            {
                return Accept(leaf, names, path, chain);
            }
        }

        var text = new RejectionText(this, leaf, names ?? SubjectNames.Of(leaf), chain, now);
        return PeerVerdict.Rejected(problem.Reason, text.Explain(problem.Reason, problem.Details));
    }

    private PeerVerdict Accept(X509Certificate2 leaf, SubjectNames? names, X509Chain? path, X509Chain? presented) =>
        PeerVerdict.Accepted(DescribesPeer ? leaf : null, names, path, KeepsChain ? PeerChain.Of(leaf, path, presented) : null);

    /// <summary>Finds the most important problem of a path; <see langword="null"/> if there is none.</summary>
    /// <returns>The reason, and its details if <see cref="RejectionText"/> does not find them itself.</returns>
    private (ConnectionFailureReason Reason, string? Details)? FindProblem(
        SubjectNames? names, X509Chain? chain, SslPolicyErrors errors, DateTimeOffset? now)
    {
        if (chain is not { ChainElements: { Count: > 0 } path })
        {
            return (ConnectionFailureReason.InvalidChain, null);
        }

        if (PlatformErrors.FindReason(chain, errors, now) is { } reason)
        {
            return (reason, null);
        }

        var count = Trusted.HasOnlyStrictAnchors ? path.Count - 1 : path.Count;
        var usesCommonName = AcceptsCommonName && !SubjectNames.HasExtension(path[0].Certificate);
        return (CertificateRules.FindFault(path, count) ?? NameConstraints.FindViolation(path, usesCommonName)) is { } fault
                ? (ConnectionFailureReason.InvalidChain, fault)
            : !AcceptsWeakCertificates && CertificateRules.FindWeakness(path, count) is { } weakness
                ? (ConnectionFailureReason.WeakCertificate, weakness)
            : Revocation?.FindProblem(path, now) is var (revocation, details) ? (revocation, details)
            : !HasExpectedName(path[0].Certificate, usesCommonName, errors) ? (ConnectionFailureReason.NameMismatch, null)
            : !AllowedSans.IsEmpty && !AllowedSans.Any(pattern => pattern.Matches(names!)) ? (ConnectionFailureReason.SanNotAllowed, null)
            : !Pins.IsEmpty && !Pins.Any(pin => pin.IsIn(path)) ? (ConnectionFailureReason.PinMismatch, null)
            : null;
    }

    private bool HasExpectedName(X509Certificate2 leaf, bool usesCommonName, SslPolicyErrors errors)
    {
        if (ExpectedName is null)
        {
            return true;
        }

        // SslStream also compares the common name: of a certificate without a DNS name, and always with an IP address.
        var isIP = IPAddress.TryParse(ExpectedName, out _);
        return (usesCommonName || SubjectNames.HasAny(leaf, isIP ? CertificateSyntax.IP : CertificateSyntax.Dns))
            && (ComparesName || (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0)
            && (!(ComparesName || isIP) || leaf.MatchesHostname(ExpectedName, allowWildcards: true, usesCommonName));
    }

    /// <summary>The verdict on a chain that the runtime cannot build: it throws before it calls the verifier.</summary>
    public PeerVerdict Unverifiable(Exception exception) =>
        PeerVerdict.Rejected(ConnectionFailureReason.InvalidChain, RejectionText.Unverifiable(Role, exception));

    /// <summary>The verdict on a certificate that cannot be parsed.</summary>
    public PeerVerdict Unreadable(Exception exception) =>
        PeerVerdict.Rejected(ConnectionFailureReason.InvalidChain, RejectionText.Unreadable(Role, exception));
}
