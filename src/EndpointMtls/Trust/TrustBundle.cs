using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace EndpointMtls.Trust;

/// <summary>Trust anchors, at which the chains of peers must end, and intermediates to build those chains with. Immutable.</summary>
internal sealed class TrustBundle
{
    private readonly X509Certificate2[] _anchors;
    private readonly X509Certificate2[] _intermediates;

    /// <param name="caCertificates">The anchors and intermediates.</param>
    /// <param name="files">The files that contain them, for error messages.</param>
    public TrustBundle(ImmutableHashSet<CaCertificate> caCertificates, ImmutableArray<string> files)
        : this(caCertificates, files.IsEmpty ? "of the realm, which has no CA certificates" : $"in '{string.Join("', '", files)}'")
    {
    }

    private TrustBundle(ImmutableHashSet<CaCertificate> caCertificates, string whereText)
    {
        WhereText = whereText;
        _anchors = [.. caCertificates.Where(ca => ca.IsAnchor).Select(ca => ca.Certificate)];
        _intermediates = [.. caCertificates.Where(ca => !ca.IsAnchor).Select(ca => ca.Certificate)];
        HasOnlyStrictAnchors = _anchors.Length > 0 && _anchors.All(anchor =>
            (CertificateRules.FindFault(anchor, isIssuer: true) ?? CertificateRules.FindWeakness(anchor, isAnchor: true)) is null);
    }

    /// <summary>A bundle without anchors: no chain is trusted.</summary>
    public static TrustBundle Empty { get; } = new([], []);

    /// <summary>The trust anchors of the operating system.</summary>
    public static TrustBundle System { get; } = new([], "of the system");

    /// <summary>Whether all anchors comply with <see cref="CertificateRules"/>. Then a handshake need not check them.</summary>
    public bool HasOnlyStrictAnchors { get; }

    /// <summary>Where the anchors come from, to follow "trust anchor" in a sentence: <c>in 'ca.pem'</c>.</summary>
    public string WhereText { get; }

    public ReadOnlySpan<X509Certificate2> Anchors => _anchors;

    public bool HasAnchor(X509Certificate2 certificate) =>
        Array.Exists(_anchors, anchor => anchor.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span));

    public void AddTo(X509ChainPolicy policy)
    {
        policy.TrustMode = ReferenceEquals(this, System) ? X509ChainTrustMode.System : X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(_anchors);
        policy.ExtraStore.AddRange(_intermediates);
    }
}
