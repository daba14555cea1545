using System.Net;
using EndpointMtls.Trust;

namespace EndpointMtls;

/// <summary>A client whose certificate was verified in a handshake, and the trust anchor of that certificate. Immutable.</summary>
/// <remarks>If any part of the subject alternative names is malformed, all lists of names are empty.</remarks>
public sealed record VerifiedClient
{
    /// <summary>The name of the realm whose CA certificates verified the client.</summary>
    public required string Realm { get; init; }

    /// <summary>The distinguished name of the subject.</summary>
    public required string Subject { get; init; }

    /// <summary>The distinguished name of the issuer.</summary>
    public required string Issuer { get; init; }

    /// <summary>The serial number, in hexadecimal.</summary>
    public required string SerialNumber { get; init; }

    /// <summary>The SHA-256 hash of the certificate, in hexadecimal.</summary>
    public required string Thumbprint { get; init; }

    /// <summary>The start of the validity period, in UTC.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>The end of the validity period, in UTC.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>The DNS names among the subject alternative names.</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];

    /// <summary>The URIs among the subject alternative names.</summary>
    public IReadOnlyList<string> Uris { get; init; } = [];

    /// <summary>The IP addresses among the subject alternative names.</summary>
    public IReadOnlyList<IPAddress> IPAddresses { get; init; } = [];

    /// <summary>The e-mail addresses among the subject alternative names.</summary>
    public IReadOnlyList<string> EmailAddresses { get; init; } = [];

    /// <summary>
    /// The SPIFFE ID: the URI of the certificate, if it has exactly one URI and that is a valid SPIFFE ID. Otherwise
    /// <see langword="null"/>.
    /// </summary>
    /// <remarks>
    /// A valid SPIFFE ID has at most 2048 characters: <c>spiffe://</c>, a trust domain and an optional path. The trust domain has 1 to 255
    /// lower-case letters, digits, <c>.</c>, <c>-</c> and <c>_</c>. Segments of the path have letters, digits, <c>.</c>, <c>-</c> and
    /// <c>_</c>; none is empty, <c>.</c> or <c>..</c>, and the path does not end with <c>/</c>. See the SPIFFE ID specification.
    /// </remarks>
    public string? SpiffeId => SubjectNames.Of(this).SpiffeId;

    /// <summary>The distinguished name of the trust anchor: the self-signed certificate at the end of the chain.</summary>
    public required string Anchor { get; init; }

    /// <summary>The SHA-256 hash of the trust anchor, in hexadecimal.</summary>
    public required string AnchorThumbprint { get; init; }

    /// <summary>The chain, to verify it again; <see langword="null"/> if no handshake created this description.</summary>
    internal PeerChain? Chain { get; init; }
}
