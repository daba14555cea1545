using System.Security.Authentication;
using EndpointMtls.Async;
using EndpointMtls.Certificates;
using EndpointMtls.Realms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls.Serving;

/// <summary>The TLS settings of one server: the certificate that it presents and the clients that it accepts. Thread-safe.</summary>
/// <remarks>
/// For code that performs TLS handshakes itself. For Kestrel, use the package EndpointMtls.AspNetCore. Configuration and files are always
/// the current ones. The service provider owns what this class uses, and disposes it.
/// </remarks>
public sealed class ServerTls
{
    /// <summary>How long a handshake waits for the end of a reload.</summary>
    private static readonly TimeSpan ReloadTimeout = TimeSpan.FromSeconds(10);

    private readonly Func<BoundServer> _getCurrent;
    private readonly RealmRegistry _registry;
    private readonly TimeProvider _timeProvider;
    private readonly RejectionReport _rejections;

    internal ServerTls(Func<BoundServer> getCurrent, RealmRegistry registry, TimeProvider timeProvider, RejectionReport rejections) =>
        (_getCurrent, _registry, _timeProvider, _rejections) = (getCurrent, registry, timeProvider, rejections);

    /// <summary>The name of the realm whose certificates are used. A server with its own files has a realm with its own name.</summary>
    public string Realm => _getCurrent().Realm.Name;

    /// <summary>The certificates of the realm.</summary>
    public RotatingCertificateProvider Certificates => _getCurrent().Realm.Provider!;

    /// <summary>Gets a server.</summary>
    /// <param name="services">A service provider that was built from services with <c>AddEndpointMtls</c>.</param>
    /// <param name="options">
    /// The options of the server. They are read once, and the same instance always returns the same server. Defaults to <c>server</c>
    /// in the configuration, which a reload may change but not remove.
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// <c>services.AddEndpointMtls</c> was not called, or <paramref name="options"/> is <see langword="null"/> and the configuration
    /// has no <c>server</c>.
    /// </exception>
    /// <exception cref="OptionsValidationException">
    /// The configuration, the options or their files have errors. It lists all of them.
    /// </exception>
    public static ServerTls Get(IServiceProvider services, ServerTlsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var cache = services.GetService<ServerTlsCache>()
            ?? throw new InvalidOperationException(
                "EndpointMtls is not registered. Call 'services.AddEndpointMtls(…)' before the service provider is built.");
        return options is null ? cache.Get() : cache.Get(options);
    }

    /// <summary>Gets a copy of the current options. Changes to the copy have no effect.</summary>
    public ServerTlsOptions GetOptions() => _getCurrent().Definition.CopyOptions();

    /// <summary>
    /// Counts connections that the server closes, in the metric <c>endpoint_mtls.server.closed_connections</c>. For code that closes
    /// connections itself.
    /// </summary>
    /// <param name="reason">The value of the attribute <c>endpoint_mtls.reason</c>.</param>
    /// <param name="count">How many connections.</param>
    public void CountClosed(string reason, int count = 1) => _rejections.CountClosed(Realm, reason, count);

    /// <summary>Prepares the handshake of one connection with the current certificates and rules.</summary>
    /// <param name="cancellationToken">Cancels the wait, but not the reading of files.</param>
    /// <remarks>It checks the files if the last check is more than one second old. It waits at most one second for a slow disk.</remarks>
    /// <exception cref="AuthenticationException">
    /// The server's certificate has expired and <c>on_expired</c> is <c>fail</c>, or a reload has not ended within 10 seconds.
    /// </exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    public async ValueTask<ServerHandshake> PrepareHandshakeAsync(CancellationToken cancellationToken = default)
    {
        var current = await MatchingMaterial.WaitAsync(
            _getCurrent,
            server => server.Realm,
            () => cancellationToken.IsCancellationRequested,
            _timeProvider,
            ReloadTimeout).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (current is not var (server, material))
        {
            throw new AuthenticationException(
                $"Realm '{Realm}': a reload of the configuration has not ended within {ReloadTimeout.TotalSeconds:0} seconds, "
                + "so no client is accepted. "
                + "Check the disk that holds the files of the realm.");
        }

        return server.Realm.Provider!.UnavailableReason is { } reason
            ? throw new AuthenticationException($"Realm '{server.Realm.Name}': {reason}.")
            : new ServerHandshake(this, PreparedHandshake.Create(server, material, _rejections, _timeProvider));
    }

    /// <summary>Gets a token that signals once, when certificates or options have changed.</summary>
    /// <remarks>
    /// To observe every change, use <see cref="ChangeToken.OnChange(Func{IChangeToken}, Action)"/>. Callbacks run one after the other, so
    /// they must be short.
    /// </remarks>
    public IChangeToken GetChangeToken() => new AnyChangeToken(_registry.GetChangeToken(), Certificates.GetChannelToken());

    /// <summary>Whether the server now presents another certificate than this one.</summary>
    internal bool HasReplaced(LocalIdentity? identity) =>
        _getCurrent().Realm.Rotation!.InUse.Identity is { } current && !current.IsSameAs(identity);

    /// <summary>Whether the current CA certificates and rules accept a client. An expired certificate counts as valid.</summary>
    internal bool StillTrusts(VerifiedClient? client)
    {
        var server = _getCurrent();
        return client is null
            ? server.Definition.ClientAuthType != ClientAuthType.RequireAndVerifyClientCert
            : !server.Definition.Verifies || server.VerifierOf(server.Realm.Rotation!.InUse).StillAccepts(client.Chain!);
    }
}
