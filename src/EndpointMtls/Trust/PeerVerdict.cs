using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>The result of verifying a peer: accepted, or rejected for one reason. Immutable.</summary>
/// <remarks>It holds copies: the runtime disposes the certificates after the handshake.</remarks>
internal sealed class PeerVerdict
{
    private PeerVerdict()
    {
    }

    /// <summary>Why the peer was rejected; <see langword="null"/> if it was accepted.</summary>
    public ConnectionFailureReason? Reason { get; private init; }

    /// <summary>The reason and the fix as text without a full stop, escaped and bounded. Empty if the peer was accepted.</summary>
    public string Explanation { get; private init; } = "";

    /// <summary>The subject of an accepted certificate, if the verifier describes peers.</summary>
    public string Subject { get; private init; } = "";

    /// <summary>The subject alternative names of an accepted certificate, if the verifier describes peers.</summary>
    public SubjectNames Names { get; private init; } = SubjectNames.None;

    /// <summary>The start of the validity period of an accepted certificate, if the verifier describes peers.</summary>
    public DateTimeOffset NotBefore { get; private init; }

    /// <summary>When an accepted certificate expires, if the verifier describes peers.</summary>
    public DateTimeOffset NotAfter { get; private init; }

    /// <summary>When the first certificate of an accepted chain expires, apart from its anchor, if the verifier describes peers.</summary>
    public DateTimeOffset ChainNotAfter { get; private init; }

    /// <summary>The accepted chain, if the verifier keeps chains and there is one.</summary>
    public PeerChain? Chain { get; private init; }

    [MemberNotNullWhen(false, nameof(Reason))]
    public bool IsAccepted => Reason is null;

    /// <param name="described">The certificate to describe, if any.</param>
    /// <param name="names">The names of that certificate, if they were read.</param>
    /// <param name="path">The accepted path, if any.</param>
    /// <param name="chain">The chain to keep, if any.</param>
    public static PeerVerdict Accepted(X509Certificate2? described, SubjectNames? names, X509Chain? path, PeerChain? chain) =>
        described is null ? new() { Chain = chain } : new()
        {
            Subject = described.Subject,
            Names = names!,
            NotBefore = described.NotBefore,
            NotAfter = described.NotAfter,
            ChainNotAfter = path?.ChainElements.SkipLast(1).Select(element => element.Certificate.NotAfter).Append(described.NotAfter).Min()
                ?? described.NotAfter,
            Chain = chain,
        };

    public static PeerVerdict Rejected(ConnectionFailureReason reason, string explanation) =>
        new() { Reason = reason, Explanation = explanation };
}
