using System.Net.Security;
using System.Security.Authentication;

namespace EndpointMtls;

/// <summary>The result of a TLS handshake with a server.</summary>
public sealed record TlsDescription
{
    /// <summary>The generation of the realm's certificates that was used: see <see cref="LoadedCertificates.Generation"/>.</summary>
    public int Generation { get; init; }

    /// <summary>The TLS version.</summary>
    public required SslProtocols Protocol { get; init; }

    /// <summary>The cipher suite.</summary>
    public required TlsCipherSuite CipherSuite { get; init; }

    /// <summary>The subject of the server's certificate. Escaped, and at most 200 characters.</summary>
    public required string PeerSubject { get; init; }

    /// <summary>
    /// The subject alternative names of the server's certificate: DNS names, IP addresses, URIs and e-mail addresses. At most 20, each
    /// escaped and at most 200 characters.
    /// </summary>
    public IReadOnlyList<string> PeerNames { get; init; } = [];

    /// <summary>The start of the validity period of the server's certificate.</summary>
    public DateTimeOffset PeerNotBefore { get; init; }

    /// <summary>When the server's certificate expires.</summary>
    public required DateTimeOffset PeerNotAfter { get; init; }

    /// <summary>When the first certificate of the server's chain expires: its own, or an intermediate.</summary>
    public DateTimeOffset PeerChainNotAfter { get; init; }

    /// <summary>The subject of the client certificate; <see langword="null"/> if none was sent.</summary>
    public string? LocalSubject { get; init; }
}
