using EndpointMtls.Text;
using EndpointMtls.Trust;

namespace EndpointMtls.Channels;

/// <summary>Puts a failed connection into words: the reason, what was seen, and what to do about it.</summary>
internal sealed class FailureExplanation(ChannelContext context, DialTarget dialled, DateTimeOffset now, HandshakeObservation? observation)
{
    private const int Closed = -1;

    /// <summary>Why a handshake did not end well.</summary>
    public EndpointConnectionException Handshake(Exception exception, int? firstByte) => exception switch
    {
        _ when observation?.Verdict is { IsAccepted: false } verdict => Create(verdict.Reason.Value, verdict.Explanation, exception),
        OperationCanceledException => Create(ConnectionFailureReason.Unreachable, "the server did not answer the TLS handshake in time. Check that it speaks TLS on this port, and its load", exception),
        _ when firstByte is >= 0 && !IsTlsRecord(firstByte.Value) => Create(ConnectionFailureReason.PlaintextPeer, "the server speaks plaintext, and the realm asks for TLS. Check the port; if plaintext is meant, list the address in a realm without 'tls_config'", exception),
        _ when observation?.Verdict is not null => ClosedAfterHandshake(exception, tls: null),
        _ when firstByte is null or Closed => Create(ConnectionFailureReason.HandshakeAborted, "the server closed the connection during the TLS handshake. Its log says why", exception),
        _ when IsAlert(exception, "no application protocol") => NoAlpn(exception),
        _ when IsAlert(exception, "certificate") || IsAlert(exception, "unknown ca") || (IsAlert(exception, "handshake failure") && observation is { WantedCertificate: true }) => ClosedAfterHandshake(exception, tls: null),
        _ when IsAlert(exception, "protocol version") || IsAlert(exception, "handshake failure") => Create(ConnectionFailureReason.ProtocolMismatch, "no TLS version and cipher suite that both sides accept. Compare the versions that the realm allows with those that the server offers", exception),
        _ => Create(ConnectionFailureReason.HandshakeAborted, $"the TLS handshake failed: {Innermost(exception)}", exception),
    };

    /// <summary>Our side found nothing wrong, and the server then ended the connection before it had said anything.</summary>
    /// <param name="exception">How we noticed; <see langword="null"/> for an orderly end.</param>
    /// <param name="tls">What was agreed; <see langword="null"/> if the handshake had not quite ended.</param>
    public EndpointConnectionException ClosedAfterHandshake(Exception? exception, TlsDescription? tls)
    {
        // Once there was a handshake, another certificate than the one it was made with may be in use.
        var localSubject = tls is null ? context.Realm.Provider?.InUse.Identity?.Leaf.Subject : tls.LocalSubject;
        var isAboutUs = observation!.WantedCertificate || localSubject is not null;
        return isAboutUs
            ? Create(ConnectionFailureReason.ClientCertificateRejected, "the server ended the connection right after the TLS handshake, as servers do that " + (localSubject is null
                ? "require a client certificate; it asked for one, and the realm presents none. Set 'cert_file' and 'key_file'"
                : $"reject a client certificate; ours is '{Snippet.OfPeer(localSubject)}'. Check its issuer, validity and names against what the server accepts; its log says more"), exception)
            : Create(ConnectionFailureReason.HandshakeAborted, "the server ended the connection right after the TLS handshake, without having asked for a client certificate. Its log says why", exception);
    }

    public EndpointConnectionException NoAlpn(Exception? exception = null) =>
        Create(ConnectionFailureReason.NoAlpn, "the server did not agree to HTTP/2 by ALPN. Enable HTTP/2 there, or check the port", exception);

    /// <summary>What is wrong with a plaintext server that begins like this, if anything is.</summary>
    public EndpointConnectionException? Plaintext(int firstByte) =>
        firstByte == Closed ? Create(ConnectionFailureReason.HandshakeAborted, "the server closed the connection without a word. If it speaks TLS, give the realm a 'tls_config'")
        : IsTlsRecord(firstByte) ? Create(ConnectionFailureReason.TlsPeer, "the server speaks TLS, and the realm is plaintext. Give the realm a 'tls_config'")
        : firstByte != 0 ? Create(ConnectionFailureReason.NotHttp2, "the server does not speak HTTP/2. Check the port")
        : null;

    public EndpointConnectionException OwnCertificateExpired(string what) => Create(ConnectionFailureReason.ClientCertificateExpired, what);

    public EndpointConnectionException Drained(TimeSpan drainTimeout) =>
        Create(ConnectionFailureReason.Drained, $"the certificates of the realm changed, and this call still ran over a connection from before when 'drain_timeout' ({Duration.Format(drainTimeout)}) had passed. Call again");

    public EndpointConnectionException TrustRemoved(PeerChain peer) =>
        Create(ConnectionFailureReason.TrustRemoved, $"the server was vouched for by '{Snippet.OfPeer(peer.Anchor)}', and nothing {Trusted} vouches for it any more, and 'on_trust_removed' is 'close'. Call again, if the server has a certificate of another authority");

    public EndpointConnectionException ConfigurationStuck() =>
        Create(ConnectionFailureReason.Unknown, "the configuration of the realm is being changed, and that does not come to an end. Check the disk its files are on");

    public EndpointConnectionException RealmRemoved(string why) => Create(ConnectionFailureReason.RealmRemoved, why);

    private string Trusted => context.Realm.Provider!.InUse.Servers.Trusted.WhereText;

    private EndpointConnectionException Create(ConnectionFailureReason reason, string text, Exception? inner = null) =>
        new(reason, context.Realm.Name, context.Destination.Name, now, $"Endpoint {dialled.Text} of realm '{context.Realm.Name}': {text}.", inner);

    // Record types 20 to 24 begin every TLS record. HTTP/2 begins with a zero, for its first frame is short; HTTP/1.1 with a letter.
    private static bool IsTlsRecord(int firstByte) => firstByte is >= 20 and <= 24;

    // The runtime hands the alerts of the peer on in the words of OpenSSL only.
    private static bool IsAlert(Exception exception, string words) => Innermost(exception).Contains(words, StringComparison.OrdinalIgnoreCase);

    private static string Innermost(Exception exception) => exception.GetBaseException().Message.TrimEnd('.');
}
