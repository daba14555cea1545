using System.Security.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Serving;

/// <summary>The TLS side of one server: the certificate it presents and the clients it accepts, as configuration and files are now. Thread-safe.</summary>
/// <remarks>
/// For code that runs handshakes itself; Kestrel is served by the package EndpointMtls.AspNetCore. The container disposes what it uses.
/// </remarks>
public sealed class ServerTls
{
    private readonly ServerSide _side;

    internal ServerTls(ServerSide side) => _side = side;

    /// <summary>The realm whose certificates are used: the one the options name, or the server's own.</summary>
    public string Realm => _side.Now.Realm.Name;

    /// <summary>The certificates.</summary>
    public RotatingCertificateProvider Certificates => _side.Now.Realm.Provider!;

    /// <summary>Gets a server.</summary>
    /// <param name="services">The container on which <c>services.AddEndpointMtls</c> was called.</param>
    /// <param name="options">
    /// The options of the server. They are read once; the same instance leads to the same server. Defaults to <c>server</c> in the
    /// configuration, which a reload may change and not remove.
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// <c>services.AddEndpointMtls</c> was not called; or there are no options, and the configuration has no <c>server</c>.
    /// </exception>
    /// <exception cref="OptionsValidationException">The configuration, the options or the files they name are wrong. It lists every problem.</exception>
    public static ServerTls Get(IServiceProvider services, ServerTlsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var sides = services.GetService<ServerSides>()
            ?? throw new InvalidOperationException("A server needs the realms: call 'services.AddEndpointMtls(…)' before the container is built.");
        return options is null ? sides.Get() : sides.Get(options);
    }

    /// <summary>Gets a copy of the options that are in force. Changing it has no effect.</summary>
    public ServerTlsOptions GetOptions() => _side.Now.Definition.CopyOptions();

    /// <summary>Prepares the handshake of one connection, with certificates and rules as they are now.</summary>
    /// <param name="cancellationToken">Cancels the wait, but not reading the files.</param>
    /// <remarks>Checks the files if the last check is more than a second old, and waits at most one second for a disk that hangs.</remarks>
    /// <exception cref="AuthenticationException">
    /// The server's certificate has expired, and <c>on_expired</c> is <c>fail</c>; or a reload has not ended within 10 seconds.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async ValueTask<ServerHandshake> PrepareHandshakeAsync(CancellationToken cancellationToken = default) =>
        new(_side, await _side.PrepareAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>Gets a token that signals once, when certificates or options have changed.</summary>
    /// <remarks>
    /// For every change, use <see cref="ChangeToken.OnChange(Func{IChangeToken}, Action)"/>. Callbacks run one after the other: keep them short.
    /// </remarks>
    public IChangeToken GetChangeToken() => _side.GetChangeToken();
}
