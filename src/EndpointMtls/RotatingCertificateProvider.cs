using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EndpointMtls.Configuration;
using EndpointMtls.Realms;
using EndpointMtls.Telemetry;
using Microsoft.Extensions.Logging;

namespace EndpointMtls;

/// <summary>Who we are and whom we trust in one realm.</summary>
/// <remarks>
/// The container shares one per realm that has a TLS configuration, as a keyed service under the realm's name, for
/// clients other than gRPC. Thread-safe. The files are read when the provider is created; certificates it has handed
/// out stay valid for the connections that use them.
/// </remarks>
public sealed class RotatingCertificateProvider
{
    private readonly TlsDefinition _definition;
    private readonly TlsMaterial _material;

    internal RotatingCertificateProvider(TlsDefinition definition, TlsMaterial material)
    {
        _definition = definition;
        _material = material;
    }

    /// <summary>Creates options for client connections, with the certificates as they are now.</summary>
    /// <param name="host">The host being dialled: the name expected in the server's certificate unless the realm sets <c>server_name</c>.</param>
    /// <returns>
    /// Options that present the client certificate with its intermediates, trust the realm's authorities alone, and
    /// never resume a session. With <c>server_name</c>, they expect that name even where a client such as
    /// <see cref="HttpClient"/> puts another host in their place. The caller owns them and may adjust them, for example
    /// to set <see cref="SslClientAuthenticationOptions.ApplicationProtocols"/>.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="host"/> is null or empty.</exception>
    public SslClientAuthenticationOptions CreateClientOptions(string host)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        return new SslClientAuthenticationOptions
        {
            TargetHost = _definition.ServerName ?? host,
            ClientCertificateContext = _material.Identity,
            CertificateChainPolicy = _material.CreateServerPolicy(),
            EnabledSslProtocols = _definition.MinVersion == SslProtocols.Tls12 ? SslProtocols.Tls12 | SslProtocols.Tls13 : SslProtocols.Tls13,
            AllowRenegotiation = false,

            // The session cache knows nothing of realms or trust, and a .NET server rejects resumed sessions under an intermediate.
            AllowTlsResume = false,

            // SocketsHttpHandler replaces TargetHost by the host of the URL, and would then expect that name.
            RemoteCertificateValidationCallback = _definition.ServerName is { } name ? (_, certificate, _, errors) => IsFor(name, certificate, errors) : null,
        };
    }

    /// <summary>The subject of the client certificate, if there is one.</summary>
    internal string? Subject => _material.Identity?.TargetCertificate.Subject;

    internal void Announce(ILogger logger, string realm)
    {
        var anchors = string.Join(", ", _material.Anchors.Select(anchor => $"'{anchor.Subject}'"));
        if (_material.Identity is { TargetCertificate: var leaf })
        {
            logger.RealmPresents(realm, leaf.Subject, leaf.SerialNumber, leaf.NotAfter, anchors);
        }
        else
        {
            logger.RealmPresentsNothing(realm, anchors);
        }
    }

    private static bool IsFor(string name, X509Certificate? certificate, SslPolicyErrors errors) =>
        (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None
        && certificate is X509Certificate2 leaf && leaf.MatchesHostname(name);
}
