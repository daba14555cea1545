using System.Security.Authentication;
using EndpointMtls.Async;
using EndpointMtls.Certificates;
using EndpointMtls.Realms;
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
    /// <summary>How long a handshake waits for a reload to end.</summary>
    private static readonly TimeSpan ReloadTimeout = TimeSpan.FromSeconds(10);

    private readonly Func<BoundServer> _now;
    private readonly RealmRegistry _registry;
    private readonly TimeProvider _timeProvider;
    private readonly RejectionReport _rejections;

    internal ServerTls(Func<BoundServer> now, RealmRegistry registry, TimeProvider timeProvider, RejectionReport rejections) =>
        (_now, _registry, _timeProvider, _rejections) = (now, registry, timeProvider, rejections);

    /// <summary>The realm whose certificates are used: the one the options name, or the server's own.</summary>
    public string Realm => _now().Realm.Name;

    /// <summary>The certificates.</summary>
    public RotatingCertificateProvider Certificates => _now().Realm.Provider!;

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
        var sides = services.GetService<ServerTlsCache>()
            ?? throw new InvalidOperationException("A server needs the realms: call 'services.AddEndpointMtls(…)' before the container is built.");
        return options is null ? sides.Get() : sides.Get(options);
    }

    /// <summary>Gets a copy of the options that are in force. Changing it has no effect.</summary>
    public ServerTlsOptions GetOptions() => _now().Definition.CopyOptions();

    /// <summary>Prepares the handshake of one connection, with certificates and rules as they are now.</summary>
    /// <param name="cancellationToken">Cancels the wait, but not reading the files.</param>
    /// <remarks>Checks the files if the last check is more than a second old, and waits at most one second for a disk that hangs.</remarks>
    /// <exception cref="AuthenticationException">
    /// The server's certificate has expired, and <c>on_expired</c> is <c>fail</c>; or a reload has not ended within 10 seconds.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async ValueTask<ServerHandshake> PrepareHandshakeAsync(CancellationToken cancellationToken = default)
    {
        var found = await MatchingMaterial.WaitAsync(
            _now, server => server.Realm, () => cancellationToken.IsCancellationRequested, _timeProvider, ReloadTimeout).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (found is not var (server, material))
        {
            throw new AuthenticationException(
                $"Realm '{Realm}': a change of its configuration does not come to an end, so no client is accepted. Look for a disk that hangs beneath its files.");
        }

        return server.Realm.Provider!.UnavailableReason is { } reason
            ? throw new AuthenticationException($"Realm '{server.Realm.Name}': {reason}.")
            : new ServerHandshake(this, PreparedHandshake.Create(server, material, _rejections));
    }

    /// <summary>Gets a token that signals once, when certificates or options have changed.</summary>
    /// <remarks>
    /// For every change, use <see cref="ChangeToken.OnChange(Func{IChangeToken}, Action)"/>. Callbacks run one after the other: keep them short.
    /// </remarks>
    public IChangeToken GetChangeToken() => new AnyChangeToken(_registry.GetChangeToken(), Certificates.GetChannelToken());

    /// <summary>Whether a new connection would present another certificate than one that presented this.</summary>
    internal bool HasReplaced(ClientIdentity? identity) => _now().Realm.Rotation!.InUse.Identity is { } now && !now.IsSameAs(identity);

    /// <summary>Whether a client would be accepted now. Expired certificates count as valid.</summary>
    internal bool StillTrusts(VerifiedClient? client)
    {
        var server = _now();
        return client is null
            ? server.Definition.ClientAuthType != ClientAuthType.RequireAndVerifyClientCert
            : !server.Definition.Verifies || server.VerifierOf(server.Realm.Rotation!.InUse).StillAccepts(client.Chain!);
    }
}
