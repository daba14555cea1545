using System.Net;
using EndpointMtls.Trust;

namespace EndpointMtls;

/// <summary>A client whose certificate was verified in a handshake: what the certificate says, and who vouches for it. Immutable.</summary>
/// <remarks>A certificate whose subject alternative names are malformed in any part has none.</remarks>
public sealed record VerifiedClient
{
    /// <summary>The realm by whose authorities it was verified.</summary>
    public required string Realm { get; init; }

    /// <summary>The subject of the certificate, as a distinguished name.</summary>
    public required string Subject { get; init; }

    /// <summary>The subject of its issuer.</summary>
    public required string Issuer { get; init; }

    /// <summary>The serial number, in hexadecimal.</summary>
    public required string SerialNumber { get; init; }

    /// <summary>The SHA-256 hash of the certificate, in hexadecimal.</summary>
    public required string Thumbprint { get; init; }

    /// <summary>When the certificate became valid.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>When the certificate expires.</summary>
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
    /// The SPIFFE ID: the only URI of the certificate, if it is a valid one. Otherwise, and with two URIs, <see langword="null"/>.
    /// Valid is <c>spiffe://</c>, a trust domain (lower-case letters, digits, <c>.</c>, <c>-</c>, <c>_</c>; at most 255), and a path or
    /// none (letters, digits, <c>.</c>, <c>-</c>, <c>_</c>; no empty or dot segment; no slash at the end): at most 2048 characters.
    /// </summary>
    public string? SpiffeId => SubjectNames.Of(this).SpiffeId;

    /// <summary>The subject of the self-signed certificate where the chain ends.</summary>
    public required string Anchor { get; init; }

    /// <summary>The SHA-256 hash of that certificate, in hexadecimal.</summary>
    public required string AnchorThumbprint { get; init; }

    /// <summary>What it takes to judge the certificate again; <see langword="null"/> for a description that no handshake made.</summary>
    internal PeerChain? Chain { get; init; }
}
