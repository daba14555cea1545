using EndpointMtls.Certificates;
using EndpointMtls.Text;
using EndpointMtls.Trust;

namespace EndpointMtls.Channels;

/// <summary>Words why a connection to a server failed or was aborted: what happened, and how to fix it.</summary>
/// <remarks>The texts have no full stop at the end.</remarks>
internal static class ConnectionFailureText
{
    private const string SetFiles = "the realm presents none. Set 'cert_file' and 'key_file'";

    private const string Compare =
        "Compare the certificate's issuer, validity, revocation, key and names with what the server accepts, and check the server's log";

    public const string HandshakeTimeout =
        "the TLS handshake timed out. Check that the server uses TLS on this port and is not overloaded";

    public const string PlaintextPeer =
        "the server uses plaintext, and the realm requires TLS. Check the port. " +
        "To use plaintext, list the address in a realm with 'tls_config: { enabled: false }'";

    public const string ClosedDuringHandshake =
        "the server closed the connection during the TLS handshake. Check its log";

    public const string NoAlpn =
        "the server did not select HTTP/2 by ALPN. Enable HTTP/2 on the server, or check the port";

    public const string ProtocolMismatch =
        "the realm and the server have no TLS version or cipher suite in common. " +
        "Compare the versions that the realm allows with those of the server";

    public const string NoSettings =
        "the server accepted the connection and did not respond. Check that it uses HTTP/2 on this port and is not overloaded";

    public const string ClosedAtOnce = "the server closed the new connection before a call could use it. It may be stopping: check its log";

    public const string BadRequest =
        "the server responded with HTTP 400. It requests a client certificate, and NGINX, for example, rejects a missing or invalid one " +
        "with this status. Compare the client certificate with what the server accepts, and check the server's log";

    public const string ClosedWithoutData =
        "the server closed the connection without sending data. If it uses TLS, add a 'tls_config' to the realm";

    public const string TlsPeer = "the server uses TLS, and the realm is plaintext. Add a 'tls_config' to the realm";

    public const string NotHttp2 = "the server does not use HTTP/2. Check the port";

    public const string ReloadTimeout =
        "a reload of the realm's configuration did not finish in time. Check the disk with its files";

    public const string NoHealthResponse =
        "the server did not respond in time to a health check on a connection with the new certificates. Check that it is not overloaded";

    public static string RotationFailed(Exception exception) =>
        $"a connection with the new certificates failed: {Snippet.OfPeer(exception.GetBaseException().Message.TrimEnd('.'))}. "
        + "Compare the client certificate with what the server accepts, and check the server's log";

    public const string Refused = "no server accepts connections: the connection was refused. Start the server, or check the address";

    public const string SocketMissing = "the socket does not exist. Start the server, or check the path";

    /// <param name="problem">The message of the system or of the lookup.</param>
    public static string NameNotResolved(string problem) =>
        $"its host name cannot be resolved: {Snippet.OfPeer(problem)}. Check the spelling, and the DNS";

    /// <param name="problem">The message of the system.</param>
    public static string Unreachable(string problem) =>
        $"the server cannot be reached: {Snippet.OfPeer(problem)}. Check the address, and the network and firewalls in between";

    public static string ConnectTimeout(TimeSpan timeout) =>
        $"the connection was not open within 'connect_timeout' ({Duration.Format(timeout)}). " +
        "Check the address, and the network and firewalls in between";

    public static string HandshakeFailed(string error) => $"the TLS handshake failed: {error}. Check the log of the server";

    public static string ClientCertificateRejected(LocalIdentity? identity, DateTimeOffset now)
    {
        if (identity is null)
        {
            return $"the server requires a client certificate; {SetFiles}";
        }

        return $"the server rejected the client certificate '{Snippet.OfPeer(identity.Leaf.Subject)}'"
            + (FindProblem(identity, now) is { } problem ? $": {problem}" : $". {Compare}");
    }

    /// <param name="identity">The certificate that was presented, if any.</param>
    /// <param name="isCertificateMissing">Whether the server requested a certificate, and the realm has none.</param>
    public static string ClosedAfterHandshake(LocalIdentity? identity, bool isCertificateMissing) =>
        "the server closed the connection right after the TLS handshake, without a reason. " + (
            identity is not null
                ? $"It may have rejected the client certificate '{Snippet.OfPeer(identity.Leaf.Subject)}', or be stopping. {Compare}"
            : isCertificateMissing ? $"It may require a client certificate, or be stopping; {SetFiles}, or check the server's log"
            : "It did not request a client certificate. Check its log");

    /// <summary>Finds why servers reject our certificate.</summary>
    public static string? FindProblem(LocalIdentity identity, DateTimeOffset now)
    {
        var weakness = identity.Chain
            .Select(certificate => CertificateRules.FindWeakness(certificate, CaCertificate.IsSelfSigned(certificate)))
            .FirstOrDefault(found => found is not null);
        var first = identity.FirstToExpire;
        return identity.NotAfter <= now
                ? $"{(first == identity.Leaf ? "it" : $"its intermediate '{first.Subject}'")} expired on {identity.NotAfter:u}. Renew it"
            : !ExtendedKeyUsage.AllowsClient(identity.Leaf)
                ? "it is not issued for clients. Issue it with the extended key usage 'clientAuth'"
            : weakness is not null ? $"it has a weak chain: {weakness}. Replace that certificate by one with a strong key and signature"
            : null;
    }

    public static string Drained(TimeSpan drainTimeout) =>
        "the certificates of the realm changed, and this call did not finish on the old connection within 'drain_timeout' " +
        $"({Duration.Format(drainTimeout)}). Retry the call";

    public static string Silent(TimeSpan silence) =>
        "a call ended without a response, and nothing was received on its connection for " +
        $"{Duration.Format(TimeSpan.FromSeconds(Math.Floor(silence.TotalSeconds)))}, so new calls use a new connection. " +
        "Check the server, and the network and proxies on the way";

    public static string PingTimeout(TimeSpan timeout) =>
        $"the server did not respond to an HTTP/2 ping within 'keepalive_timeout' ({Duration.Format(timeout)}). " +
        "Check the server, and the network and proxies on the way";

    public static string TrustRemoved(PeerChain peer, TrustBundle trusted) =>
        $"the server's certificate was accepted under '{Snippet.OfPeer(peer.Anchor)}' and no longer chains to a trust anchor " +
        $"{trusted.WhereText}; 'on_trust_removed' is 'close'. Retry the call if the server has a certificate of another CA";
}
