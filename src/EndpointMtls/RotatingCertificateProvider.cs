using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Certificates;
using EndpointMtls.Configuration.Model;
using EndpointMtls.Trust;
using Microsoft.Extensions.Primitives;

namespace EndpointMtls;

/// <summary>The current certificate and trust anchors of one realm, and TLS options that use them.</summary>
/// <remarks>
/// <para>Thread-safe. Each realm with TLS has one provider: a keyed service with the name of the realm. The container owns it.</para>
/// <para>
/// If changed files are invalid, the last valid certificates stay in use. A rotation does not dispose certificates that connections use.
/// </para>
/// </remarks>
public sealed class RotatingCertificateProvider
{
    private const string RemovedText =
        "it was removed from the configuration, or is plaintext now. Get the provider of the realm that replaces it from the container";

    private readonly string _realm;
    private readonly CertificateRotation _rotation;
    private readonly TimeProvider _timeProvider;

    // Set when the realm leaves the configuration: new connections must not use its trust anchors any more.
    private volatile bool _isRemoved;

    internal RotatingCertificateProvider(string realm, CertificateRotation rotation, TimeProvider timeProvider) =>
        (_realm, _rotation, _timeProvider) = (realm, rotation, timeProvider);

    /// <summary>The certificates in use. Does not check the files.</summary>
    internal TlsMaterial InUse => _rotation.InUse;

    /// <summary>Creates options for one client connection, with the current certificates.</summary>
    /// <param name="host">
    /// The host to connect to. The server's certificate must have this name, unless the realm sets <c>server_name</c>.
    /// </param>
    /// <returns>
    /// Options that send the client certificate with its intermediate certificates, trust only the trust anchors of the realm, and do not
    /// resume sessions. With <c>server_name</c>, they verify that name, even if a client such as <see cref="HttpClient"/> replaces
    /// <see cref="SslClientAuthenticationOptions.TargetHost"/>. The caller owns the options and may change them, for example
    /// <see cref="SslClientAuthenticationOptions.ApplicationProtocols"/>.
    /// </returns>
    /// <remarks>
    /// Checks the files on the thread of the caller, if the last check is more than a second old. If the server is rejected, the handshake
    /// throws an <see cref="AuthenticationException"/> with the reason.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="host"/> is null or empty.</exception>
    /// <exception cref="AuthenticationException">
    /// The client certificate has expired, and <c>on_expired</c> of the realm is <c>fail</c>.
    /// </exception>
    /// <exception cref="InvalidOperationException">The realm was removed from the configuration, or is plaintext now.</exception>
    public SslClientAuthenticationOptions CreateClientOptions(string host)
    {
        ThrowIfRemoved();
        var material = GetMaterial();
        var tls = material.Tls;

        // SocketsHttpHandler replaces TargetHost by the host of the URL, and SslStream then compares that name.
        var verifier = material.VerifierOf(host) with { ComparesName = tls.ServerName is not null };
        return CreateOptions(
            host,
            material,
            (_, certificate, chain, errors) => Accepts(verifier.Verify(certificate, chain, errors, _timeProvider.GetUtcNow())));
    }

    internal static SslClientAuthenticationOptions CreateOptions(
        string host, TlsMaterial material, RemoteCertificateValidationCallback verify)
    {
        var options = CreateOptions(host, material.Tls);
        options.ClientCertificateContext = material.Identity?.Context;
        options.CertificateChainPolicy = material.Servers.CreateChainPolicy();
        options.RemoteCertificateValidationCallback = verify;
        return options;
    }

    /// <summary>
    /// Creates options that a client may keep for many connections: each handshake uses the certificates that are current at that time.
    /// </summary>
    /// <param name="host">
    /// The host to connect to. The server's certificate must have this name, unless the realm sets <c>server_name</c>.
    /// </param>
    /// <returns>Options like those of <see cref="CreateClientOptions"/>, with the limits below.</returns>
    /// <remarks>
    /// <para>
    /// The client certificate is sent without its intermediate certificates, because .NET sends these only for a fixed certificate. A
    /// server that trusts only the root certificate rejects such a client. The runtime may also search the stores of the system and the
    /// network for missing intermediate certificates.
    /// </para>
    /// <para>
    /// After a reload, the options keep their TLS versions and the name that they send as SNI. They verify the current <c>server_name</c>.
    /// </para>
    /// <para>
    /// A rotation does not affect open connections: limit their lifetime, for example by
    /// <see cref="SocketsHttpHandler.PooledConnectionLifetime"/>.
    /// </para>
    /// <para>
    /// The handshake throws an <see cref="AuthenticationException"/> with the reason if the server is rejected, if the client certificate
    /// has expired and <c>on_expired</c> is <c>fail</c>, or if the realm was removed from the configuration.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="host"/> is null or empty.</exception>
    /// <exception cref="InvalidOperationException">The realm was removed from the configuration, or is plaintext now.</exception>
    public SslClientAuthenticationOptions CreateRotatingClientOptions(string host)
    {
        ThrowIfRemoved();
        var tls = InUse.Tls;
        var options = CreateOptions(host, tls);

        // The callback rebuilds the chain. From the chain of this policy, it uses only the intermediates that the server sent.
        options.CertificateChainPolicy = new PeerVerifier(PeerRole.Server, TrustBundle.Empty).CreateChainPolicy();
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            // SslStream compared the name that was configured when the options were created.
            var material = GetMaterial();
            var verifier = material.VerifierOf(host) with { ComparesName = (material.Tls.ServerName ?? tls.ServerName) is not null };
            return Accepts(
                verifier.VerifyAgain(certificate, chain?.ChainPolicy.ExtraStore ?? [], errors, _timeProvider.GetUtcNow()));
        };
        options.LocalCertificateSelectionCallback = (_, _, _, _, _) => GetMaterial().Identity?.Leaf!;
        return options;
    }

    /// <summary>Describes the certificates in use, and the files that they come from. Does not check the files.</summary>
    public LoadedCertificates Describe() => _rotation.Describe();

    /// <summary>Gets a token that signals the next change of what the realm presents or trusts, including its CRLs.</summary>
    /// <remarks>
    /// To observe all changes, use <see cref="ChangeToken.OnChange(Func{IChangeToken}, Action)"/>. Callbacks run one at a time, on a thread
    /// of the thread pool or on that of <see cref="ReloadAsync"/>: keep them short.
    /// </remarks>
    public IChangeToken GetChangeToken() => _rotation.ChangeToken;

    /// <summary>Like <see cref="GetChangeToken"/>, but only for channels, so that other callbacks cannot delay them.</summary>
    internal IChangeToken GetChannelToken() => _rotation.ChannelToken;

    /// <summary>Reads the files now, even if their times and lengths are unchanged. While a file is still changing, waits.</summary>
    /// <param name="cancellationToken">Cancels the wait. It does not interrupt reading, which runs on the thread of the caller.</param>
    /// <returns>
    /// The certificates in use afterwards. If the files were rejected, or do not stop changing,
    /// <see cref="LoadedCertificates.LastError"/> has the reason. After the container was disposed, nothing is read.
    /// </returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public Task<LoadedCertificates> ReloadAsync(CancellationToken cancellationToken = default) => _rotation.ReloadAsync(cancellationToken);

    /// <summary>Why no connection may be made now; <see langword="null"/> if one may.</summary>
    internal string? UnavailableReason =>
        InUse is { Tls: { OnExpired: ExpiredAction.Fail } tls, Identity: { } identity } && identity.NotAfter <= _timeProvider.GetUtcNow()
        ? $"its certificate '{identity.FirstToExpire.Subject}' in '{tls.CertFile}' expired on {identity.NotAfter:u}, and "
            + "'on_expired' is 'fail'. Renew it"
        : null;

    /// <summary>Makes the provider unusable, because the realm was removed from the configuration.</summary>
    internal void Remove()
    {
        _isRemoved = true;
        _rotation.Dispose();
    }

    /// <summary>Checks the files if the last check is more than a second old. Waits for the disk for one second at most.</summary>
    internal ValueTask<TlsMaterial> CheckAtHandshakeAsync() => _rotation.CheckAtHandshakeAsync();

    private static SslClientAuthenticationOptions CreateOptions(string host, TlsDefinition tls)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        return new SslClientAuthenticationOptions
        {
            TargetHost = tls.ServerName ?? host,
            EnabledSslProtocols = tls.Versions.Protocols,
            CipherSuitesPolicy = CipherSuites.PolicyFor(tls.Versions),
            AllowRenegotiation = false,

            // The session cache ignores realms and trust, and a .NET server rejects resumed sessions with an intermediate certificate.
            AllowTlsResume = false,
        };
    }

    private TlsMaterial GetMaterial()
    {
        var material = _rotation.CheckAtHandshake();
        var reason = _isRemoved ? RemovedText : UnavailableReason;
        return reason is null ? material : throw new AuthenticationException($"Realm '{_realm}': {reason}.");
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
