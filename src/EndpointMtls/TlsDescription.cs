using System.Net.Security;
using System.Security.Authentication;

namespace EndpointMtls;

/// <summary>What a TLS handshake agreed on, and with whom.</summary>
public sealed record TlsDescription
{
    /// <summary>The generation of the realm's certificates it was made with: see <see cref="LoadedCertificates.Generation"/>.</summary>
    public int Generation { get; init; }

    /// <summary>The TLS version.</summary>
    public required SslProtocols Protocol { get; init; }

    /// <summary>The cipher suite.</summary>
    public required TlsCipherSuite CipherSuite { get; init; }

    /// <summary>The subject of the server's certificate: escaped, and at most 200 characters.</summary>
    public required string PeerSubject { get; init; }

    /// <summary>At most 20 subject alternative names of the server's certificate: DNS names, IP addresses, URIs, e-mail addresses. Each is escaped, and has at most 200 characters.</summary>
    public IReadOnlyList<string> PeerNames { get; init; } = [];

    /// <summary>When the server's certificate expires.</summary>
    public required DateTimeOffset PeerNotAfter { get; init; }

    /// <summary>The subject of the certificate we presented; <see langword="null"/> if we presented none.</summary>
    public string? LocalSubject { get; init; }
}
