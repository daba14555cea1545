using System.Collections.Immutable;
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

    /// <summary>The host name or IP address that the certificate of a server must be for.</summary>
    public string? ExpectedName { get; init; }

    /// <summary>Whether the verifier compares <see cref="ExpectedName"/> itself: <see cref="SslStream"/> may use another name.</summary>
    public bool ComparesName { get; init; }

    /// <summary>Patterns of which one must match a subject alternative name. Empty allows all names.</summary>
    public ImmutableArray<SanPattern> AllowedSans { get; init; } = [];

    /// <summary>Whether the verdict on an accepted peer contains its subject and names. Reading them allocates memory.</summary>
    public bool DescribesPeer { get; init; }

    /// <summary>Whether to keep accepted chains, to verify them again when the trusted certificates change.</summary>
    public bool KeepsChain { get; init; }

    /// <summary>Creates the policy for building a chain: only the trusted anchors, no downloads, no revocation checks.</summary>
    /// <param name="time">The time at which the certificates must be valid. Defaults to the time when the chain is built.</param>
    public X509ChainPolicy CreateChainPolicy(DateTimeOffset? time = null)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.ApplicationPolicy.Add(
            Role == PeerRole.Server ? ExtendedKeyUsage.ServerAuthentication : ExtendedKeyUsage.ClientAuthentication);
        Trusted.AddTo(policy);
        if (time is { } at)
        {
            (policy.VerificationTime, policy.VerificationTimeIgnored) = (at.UtcDateTime, false);
        }

        return policy;
    }

    /// <summary>Verifies what a peer presented in a handshake.</summary>
    /// <param name="certificate">The certificate of the peer.</param>
    /// <param name="chain">Its chain, built by the policy of this verifier.</param>
    /// <param name="errors">The errors that the runtime found.</param>
    public PeerVerdict Verify(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 leaf)
        {
            return PeerVerdict.Rejected(ConnectionFailureReason.CertificateMissing, RejectionText.Missing(Role));
        }

        try
        {
            return Decide(leaf, chain, errors);
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
    public PeerVerdict VerifyAgain(X509Certificate? certificate, X509Certificate2Collection others, SslPolicyErrors errors) =>
        certificate is X509Certificate2 leaf && !AcceptsAnyCertificate
            ? BuildAndVerify(leaf, others, errors, X509VerificationFlags.NoFlag)
            : Verify(certificate, chain: null, errors);

    /// <summary>Whether a previously accepted peer is still accepted, possibly through another anchor. Expiry is ignored.</summary>
    public bool StillAccepts(PeerChain peer)
    {
        if (AcceptsAnyCertificate)
        {
            return true;
        }

        using var leaf = X509CertificateLoader.LoadCertificate(peer.Leaf);
        if (Trusted.Contains(peer.AnchorThumbprint))
        {
            return IsAllowed(AllowedSans.IsEmpty ? null : SubjectNames.Of(leaf));
        }

        X509Certificate2[] others = [.. peer.Others.Select(other => X509CertificateLoader.LoadCertificate(other))];
        var verdict = BuildAndVerify(leaf, [.. others], SslPolicyErrors.None, X509VerificationFlags.IgnoreNotTimeValid);
        Array.ForEach(others, other => other.Dispose());
        return verdict.IsAccepted;
    }

    /// <summary>Finds the certificate of a chain that has expired, or is not valid yet, at the time of the verification.</summary>
    public static (X509Certificate2 Certificate, bool IsEarly)? FindOutOfDate(X509Chain? chain)
    {
        var found = chain?.ChainElements
            .FirstOrDefault(element => element.ChainElementStatus.Any(status => status.Status == X509ChainStatusFlags.NotTimeValid))
            ?.Certificate;
        return found is null ? null : (found, chain!.ChainPolicy.VerificationTime.ToUniversalTime() < found.NotBefore.ToUniversalTime());
    }

    private PeerVerdict BuildAndVerify(
        X509Certificate2 leaf, X509Certificate2Collection others, SslPolicyErrors nameErrors, X509VerificationFlags flags)
    {
        using var chain = new X509Chain { ChainPolicy = CreateChainPolicy() };
        chain.ChainPolicy.ExtraStore.AddRange(others);
        chain.ChainPolicy.VerificationFlags = flags;
        try
        {
            var chainErrors = chain.Build(leaf) ? SslPolicyErrors.None : SslPolicyErrors.RemoteCertificateChainErrors;
            return Verify(leaf, chain, chainErrors | (nameErrors & SslPolicyErrors.RemoteCertificateNameMismatch));
        }
        catch (CryptographicException exception)
        {
            return Unreadable(exception);
        }
    }

    private PeerVerdict Decide(X509Certificate2 leaf, X509Chain? chain, SslPolicyErrors errors)
    {
        string? weakness = null;
        var names = DescribesPeer || !AllowedSans.IsEmpty ? SubjectNames.Of(leaf) : null;
        ConnectionFailureReason? reason =
            AcceptsAnyCertificate ? null
            : chain is not { ChainElements.Count: > 0 } || (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) != 0
                ? MostImportantReason(chain)
            : (weakness = ChainWeakness.Find(chain.ChainElements)) is not null ? ConnectionFailureReason.WeakCertificate
            : !HasExpectedName(leaf, errors) ? ConnectionFailureReason.NameMismatch
            : !IsAllowed(names) ? ConnectionFailureReason.SanNotAllowed
            : null;
        if (reason is null)
        {
            return PeerVerdict.Accepted(DescribesPeer ? leaf : null, names, KeepsChain ? PeerChain.Of(leaf, chain) : null);
        }

        var text = new RejectionText(this, leaf, names ?? SubjectNames.Of(leaf), chain);
        return PeerVerdict.Rejected(reason.Value, text.Explain(reason.Value, weakness));
    }

    /// <summary>The most important of the errors that the runtime found in a chain.</summary>
    private static ConnectionFailureReason MostImportantReason(X509Chain? chain)
    {
        var found = chain?.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status) ?? default;
        return Has(X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot) ? ConnectionFailureReason.UntrustedRoot
            : Has(X509ChainStatusFlags.NotTimeValid)
                ? FindOutOfDate(chain) is { IsEarly: true } ? ConnectionFailureReason.NotYetValid : ConnectionFailureReason.Expired
            : Has(X509ChainStatusFlags.NotValidForUsage) ? ConnectionFailureReason.EkuMismatch
            : ConnectionFailureReason.InvalidChain;

        bool Has(X509ChainStatusFlags flags) => (found & flags) != 0;
    }

    private bool HasExpectedName(X509Certificate2 leaf, SslPolicyErrors errors) =>
        ComparesName ? leaf.MatchesHostname(ExpectedName!) : (errors & SslPolicyErrors.RemoteCertificateNameMismatch) == 0;

    /// <param name="names">The names of the certificate. Not used if all names are allowed.</param>
    private bool IsAllowed(SubjectNames? names) => AllowedSans.IsEmpty || AllowedSans.Any(pattern => pattern.Matches(names!));

    /// <summary>The verdict on a certificate that cannot be parsed.</summary>
    public PeerVerdict Unreadable(Exception exception) =>
        PeerVerdict.Rejected(ConnectionFailureReason.InvalidChain, RejectionText.Unreadable(Role, exception));
}
