using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>The trust anchors that chains of peers may end at, and the intermediates that help to build those chains. Immutable.</summary>
internal sealed class TrustBundle
{
    private readonly ImmutableHashSet<CaCertificate> _authorities;
    private readonly X509Certificate2[] _anchors;
    private readonly X509Certificate2[] _intermediates;

    /// <param name="authorities">The anchors and intermediates.</param>
    /// <param name="files">The files that they are from, for explanations.</param>
    public TrustBundle(ImmutableHashSet<CaCertificate> authorities, ImmutableArray<string> files)
        : this(authorities, files.IsEmpty ? "of the realm, which has no CA certificates" : $"in '{string.Join("', '", files)}'")
    {
    }

    private TrustBundle(ImmutableHashSet<CaCertificate> authorities, string whereText)
    {
        (_authorities, WhereText) = (authorities, whereText);
        _anchors = [.. authorities.Where(authority => authority.IsAnchor).Select(authority => authority.Certificate)];
        _intermediates = [.. authorities.Where(authority => !authority.IsAnchor).Select(authority => authority.Certificate)];
    }

    /// <summary>A bundle without anchors: no chain is trusted.</summary>
    public static TrustBundle Empty { get; } = new([], []);

    /// <summary>The trust anchors of the operating system.</summary>
    public static TrustBundle System { get; } = new([], "of the system");

    /// <summary>Where the anchors are, as the end of a sentence: <c>in 'ca.pem'</c>.</summary>
    public string WhereText { get; }

    public ReadOnlySpan<X509Certificate2> Anchors => _anchors;

    /// <summary>Whether a certificate is in the bundle.</summary>
    /// <param name="thumbprint">Its SHA-256, in hexadecimal.</param>
    public bool Contains(string thumbprint) => _authorities.Any(authority => authority.Thumbprint == thumbprint);

    public void AddTo(X509ChainPolicy policy)
    {
        policy.TrustMode = ReferenceEquals(this, System) ? X509ChainTrustMode.System : X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(_anchors);
        policy.ExtraStore.AddRange(_intermediates);
    }
}
