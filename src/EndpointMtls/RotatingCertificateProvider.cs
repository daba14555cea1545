using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Trust;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls;

/// <summary>Who we are and whom we trust in one realm, always as its files say now.</summary>
/// <remarks>
/// The container shares one per realm that has a TLS configuration, as a keyed service under the realm's name, and
/// disposes what is beneath it. Thread-safe. When the files are wrong, the provider goes on with what it has; certificates
/// it has handed out stay valid for the connections that use them.
/// </remarks>
public sealed class RotatingCertificateProvider
{
    private const string RemovedText = "it is no longer in the configuration, or has become plaintext. Ask the container for the realm that has taken its place";

    private readonly string _realm;
    private readonly CertificateRotation _rotation;
    private readonly TimeProvider _timeProvider;

    // Set when the realm has left the configuration: what it trusted must not be used for new connections.
    private volatile bool _isRemoved;

    internal RotatingCertificateProvider(string realm, CertificateRotation rotation, TimeProvider timeProvider) =>
        (_realm, _rotation, _timeProvider) = (realm, rotation, timeProvider);

    /// <summary>What is in use at this moment. Looking at it does not look at the files.</summary>
    internal TlsMaterial InUse => _rotation.InUse;

    /// <summary>Creates options for one client connection, with the certificates as they are now.</summary>
    /// <param name="host">The host being dialled: the name expected in the server's certificate unless the realm sets <c>server_name</c>.</param>
    /// <returns>
    /// Options that present the client certificate with its intermediates, trust the realm's authorities alone, and
    /// never resume a session. With <c>server_name</c>, they expect that name even where a client such as
    /// <see cref="HttpClient"/> puts another host in their place. The caller owns them and may adjust them, for example
    /// to set <see cref="SslClientAuthenticationOptions.ApplicationProtocols"/>.
    /// </returns>
    /// <remarks>
    /// If the files were not looked at within the last second, that is done here, on the thread of the caller. A handshake with a
    /// server that is rejected throws <see cref="AuthenticationException"/>, which says why.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="host"/> is null or empty.</exception>
    /// <exception cref="AuthenticationException">The client certificate has expired, and the realm says <c>on_expired: fail</c>.</exception>
    /// <exception cref="InvalidOperationException">The realm has left the configuration, or has become plaintext.</exception>
    public SslClientAuthenticationOptions CreateClientOptions(string host)
    {
        ThrowIfRemoved();
        var material = GetMaterial();
        var tls = material.Tls;

        // SocketsHttpHandler replaces TargetHost by the host of the URL, and SslStream then compares that name.
        var verifier = material.Servers with { ExpectedName = tls.ServerName ?? host, ComparesName = tls.ServerName is not null };
        return CreateOptions(host, material, (_, certificate, chain, errors) => Accepts(verifier.Verify(certificate, chain, errors)));
    }

    internal static SslClientAuthenticationOptions CreateOptions(string host, TlsMaterial material, RemoteCertificateValidationCallback verify, DateTimeOffset? time = null)
    {
        var options = CreateOptions(host, material.Tls);
        options.ClientCertificateContext = material.Identity?.Context;
        options.CertificateChainPolicy = material.Servers.CreateChainPolicy(time);
        options.RemoteCertificateValidationCallback = verify;
        return options;
    }

    /// <summary>Creates options for a client that keeps them for many connections: callbacks take the certificates as they are at each handshake.</summary>
    /// <param name="host">The host being dialled: the name expected in the server's certificate unless the realm sets <c>server_name</c>.</param>
    /// <returns>
    /// Options like those of <see cref="CreateClientOptions"/>, with one limit: the client certificate is sent without its
    /// intermediates, because .NET sends those for fixed certificates only. A server that trusts just the root of a
    /// certificate under an intermediate rejects it. The runtime may also look for missing intermediates in the system's
    /// stores and on the network. When the configuration changes later, TLS versions are
    /// not taken over, and the server name that is sent stays, though another is expected. Connections that are open already keep what they were made with:
    /// limit their life, for example by <see cref="SocketsHttpHandler.PooledConnectionLifetime"/>.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="host"/> is null or empty.</exception>
    /// <exception cref="InvalidOperationException">The realm has left the configuration, or has become plaintext.</exception>
    /// <remarks>
    /// A handshake throws <see cref="AuthenticationException"/>, which says why, if the server is rejected, if the client certificate
    /// has expired and the realm says <c>on_expired: fail</c>, or if the realm has left the configuration.
    /// </remarks>
    public SslClientAuthenticationOptions CreateRotatingClientOptions(string host)
    {
        ThrowIfRemoved();
        var tls = InUse.Tls;
        var options = CreateOptions(host, tls);

        // The callback builds the chain again. From this one it takes the intermediates that the server has sent.
        options.CertificateChainPolicy = new PeerVerifier(PeerRole.Server, TrustBundle.Empty).CreateChainPolicy();
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            // SslStream has compared the name that the realm expected when the options were created.
            var material = GetMaterial();
            var verifier = material.Servers with
            {
                ExpectedName = material.Tls.ServerName ?? host,
                ComparesName = (material.Tls.ServerName ?? tls.ServerName) is not null,
            };
            return Accepts(verifier.VerifyAgain(certificate, chain?.ChainPolicy.ExtraStore ?? [], errors));
        };
        options.LocalCertificateSelectionCallback = (_, _, _, _, _) => GetMaterial().Identity?.Leaf!;
        return options;
    }

    /// <summary>Describes what is in use now, and the files it comes from.</summary>
    public LoadedCertificates Describe() => _rotation.Describe();

    /// <summary>Gets a token that signals once, when what is presented or trusted has changed.</summary>
    /// <remarks>For every change, use <see cref="ChangeToken.OnChange(Func{IChangeToken}, Action)"/>. Listeners run one after the other, on a thread of the pool or on that of <see cref="ReloadAsync"/>: be brief.</remarks>
    public IChangeToken GetChangeToken() => _rotation.ChangeToken;

    /// <summary>As <see cref="GetChangeToken"/>, for the channels alone: whoever else listens cannot keep them waiting.</summary>
    internal IChangeToken GetChannelToken() => _rotation.ChannelToken;

    /// <summary>Looks at the files now, whatever their times say. If they are being written, waits until they are whole.</summary>
    /// <param name="cancellationToken">Ends the waiting. Reading itself is done on the thread of the caller and is not interrupted.</param>
    /// <returns>
    /// What is in use afterwards. If the files could not be taken over, or do not stop changing,
    /// <see cref="LoadedCertificates.LastError"/> says why. After the container has been disposed, what was in use then.
    /// </returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task<LoadedCertificates> ReloadAsync(CancellationToken cancellationToken = default) => _rotation.ReloadAsync(cancellationToken);

    /// <summary>Why no connection may be made now, or <see langword="null"/> if one may.</summary>
    internal string? UnavailableReason => InUse is { Tls: { OnExpired: ExpiredAction.Fail } tls, Identity: { } identity } && identity.NotAfter <= _timeProvider.GetUtcNow()
        ? $"our certificate '{identity.Leaf.Subject}' expired on {identity.NotAfter:u}, and 'on_expired' is 'fail'. Renew '{tls.CertFile}'"
        : null;

    /// <summary>Says that the realm is no longer in the configuration.</summary>
    internal void Remove()
    {
        _isRemoved = true;
        _rotation.Dispose();
    }

    /// <summary>Looks at the files if a second has passed since that was done last, and waits for them a second at most.</summary>
    internal ValueTask<TlsMaterial> CheckAtHandshakeAsync() => _rotation.CheckAtHandshakeAsync();

    private static SslClientAuthenticationOptions CreateOptions(string host, TlsDefinition tls)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        return new SslClientAuthenticationOptions
        {
            TargetHost = tls.ServerName ?? host,
            EnabledSslProtocols = tls.Versions.Protocols,
            AllowRenegotiation = false,

            // The session cache knows nothing of realms or trust, and a .NET server rejects resumed sessions under an intermediate.
            AllowTlsResume = false,
        };
    }

    private TlsMaterial GetMaterial()
    {
        var material = _rotation.CheckAtHandshake();
        var refusal = _isRemoved ? RemovedText : UnavailableReason;
        return refusal is null ? material : throw new AuthenticationException($"Realm '{_realm}': {refusal}.");
    }

    private void ThrowIfRemoved()
    {
        if (_isRemoved)
        {
            throw new InvalidOperationException($"Realm '{_realm}': {RemovedText}.");
        }
    }

    private bool Accepts(PeerVerdict verdict) =>
        verdict.IsAccepted ? true : throw new AuthenticationException($"Realm '{_realm}': {verdict.Explanation}.");
}
