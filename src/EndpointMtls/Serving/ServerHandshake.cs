using System.Net.Security;

namespace EndpointMtls.Serving;

/// <summary>One handshake of a server, and what it found out. For one connection alone; thread-safe when the handshake is over.</summary>
public sealed class ServerHandshake
{
    private readonly ServerTls _server;
    private readonly PreparedHandshake _prepared;

    internal ServerHandshake(ServerTls server, PreparedHandshake prepared) => (_server, _prepared) = (server, prepared);

    /// <summary>
    /// The options to authenticate with. They never resume a session, and the caller may set
    /// <see cref="SslServerAuthenticationOptions.ApplicationProtocols"/>; whatever else is changed in them changes who gets in.
    /// </summary>
    public SslServerAuthenticationOptions Options => _prepared.Options;

    /// <summary>The client, if its certificate was verified; <see langword="null"/> if it sent none, nobody verifies it, or the handshake is not over.</summary>
    public VerifiedClient? Client => _prepared.Verification.Client;

    /// <summary>Whether a new connection would be presented another certificate.</summary>
    public bool IsOutdated => _server.HasReplaced(_prepared.Material.Identity);

    /// <summary>Whether the client would be let in as things are now; its dates do not matter.</summary>
    public bool IsStillTrusted => _server.StillTrusts(Client);
}
