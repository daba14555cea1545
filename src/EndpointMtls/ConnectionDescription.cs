using System.Net.Security;
using System.Security.Authentication;

namespace EndpointMtls;

/// <summary>A connection as it was when it opened.</summary>
/// <param name="OpenedAt">When the connection was ready for use.</param>
/// <param name="Tls">What the handshake agreed on; <see langword="null"/> for plaintext.</param>
public sealed record ConnectionDescription(DateTimeOffset OpenedAt, TlsDescription? Tls);

/// <summary>What a TLS handshake agreed on, and with whom.</summary>
/// <param name="Protocol">The TLS version.</param>
/// <param name="CipherSuite">The cipher suite.</param>
/// <param name="PeerSubject">The subject of the server's certificate.</param>
/// <param name="PeerNotAfter">When the server's certificate expires.</param>
/// <param name="LocalSubject">The subject of the certificate we presented; <see langword="null"/> if the server was offered none.</param>
public sealed record TlsDescription(
    SslProtocols Protocol,
    TlsCipherSuite CipherSuite,
    string PeerSubject,
    DateTimeOffset PeerNotAfter,
    string? LocalSubject);
