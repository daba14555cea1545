using System.Net.Security;
using System.Security.Cryptography;

namespace EndpointMtls.Serving;

/// <summary>One TLS handshake of a server and its result. Use it for one connection only. Thread-safe after the handshake.</summary>
public sealed class ServerHandshake
{
    private readonly ServerTls _server;
    private readonly PreparedHandshake _prepared;

    internal ServerHandshake(ServerTls server, PreparedHandshake prepared) => (_server, _prepared) = (server, prepared);

    /// <summary>
    /// The options for <see cref="SslStream.AuthenticateAsServerAsync(SslServerAuthenticationOptions, CancellationToken)"/>. Session
    /// resumption is disabled. The caller may set <see cref="SslServerAuthenticationOptions.ApplicationProtocols"/>. Other changes may
    /// change which clients are accepted.
    /// </summary>
    public SslServerAuthenticationOptions Options => _prepared.Options;

    /// <summary>The verified client.</summary>
    /// <value>
    /// <see langword="null"/> if the client sent no certificate, if the server does not verify certificates, or before the end of the
    /// handshake.
    /// </value>
    public VerifiedClient? Client => _prepared.Verification.Client;

    /// <summary>
    /// Counts and logs a client whose certificate chain cannot be verified. Call it if
    /// <see cref="SslStream.AuthenticateAsServerAsync(SslServerAuthenticationOptions, CancellationToken)"/> throws a
    /// <see cref="CryptographicException"/>: the runtime then did not call the callback in <see cref="Options"/>.
    /// </summary>
    /// <param name="exception">The exception.</param>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is <see langword="null"/>.</exception>
    public void ReportUnverifiableClient(CryptographicException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        _prepared.Verification.ReportUnverifiable(exception);
    }

    /// <summary>Whether the server now presents another certificate than in this handshake.</summary>
    public bool IsOutdated => _server.HasReplaced(_prepared.Material.Identity);

    /// <summary>Whether the current CA certificates and rules accept the client. An expired certificate counts as valid.</summary>
    public bool IsStillTrusted => _server.StillTrusts(Client);
}
