using EndpointMtls.Serving;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls;

/// <summary>The TLS side of one server: what it presents and whom it lets in, as configuration and files say now. Thread-safe.</summary>
/// <remarks>Shared by the container, which disposes what is beneath it. It serves any server that takes <see cref="System.Net.Security.SslServerAuthenticationOptions"/>.</remarks>
public sealed class ServerTls
{
    private readonly ServerSide _side;

    internal ServerTls(ServerSide side) => _side = side;

    /// <summary>The realm whose certificates are used: the one the options name, or the server's own.</summary>
    public string Realm => _side.Now.Realm.Name;

    /// <summary>The certificates.</summary>
    public RotatingCertificateProvider Certificates => _side.Now.Realm.Provider!;

    /// <summary>How long connections live, as the configuration says now.</summary>
    public ServerConnectionLifetime Lifetime => _side.Now.Definition.Lifetime;

    /// <summary>Prepares the handshake of one connection, with certificates and rules as they are now.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the look at the files.</param>
    /// <returns>What the handshake is made with.</returns>
    /// <remarks>If the files were not looked at within the last second, that is done here; a disk that hangs is waited for one second at most.</remarks>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The server's certificate has expired, and <c>on_expired</c> is <c>fail</c>; or a change of the configuration has not come to an end within 10 seconds.</exception>
    public async ValueTask<ServerHandshake> PrepareHandshakeAsync(CancellationToken cancellationToken = default) =>
        new(_side, await _side.PrepareAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Gets a token that signals once, when certificates or rules have changed.</summary>
    /// <remarks>For every change, use <see cref="ChangeToken.OnChange(Func{IChangeToken}, Action)"/>. Listeners run one after the other: be brief.</remarks>
    public IChangeToken GetChangeToken() => _side.GetChangeToken();
}
