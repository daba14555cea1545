using System.Globalization;
using System.Security.Authentication;
using EndpointMtls.Configuration;
using EndpointMtls.Realms;

namespace EndpointMtls.Channels;

/// <summary>Puts a failed connection into words: the reason, what was seen, and what to do about it.</summary>
internal sealed class FailureExplanation(EndpointAddress address, Realm realm, DateTimeOffset now, ServerCertificateVerdict? verdict)
{
    private const int Closed = -1;

    /// <summary>Why a handshake did not end well.</summary>
    public EndpointConnectionException Handshake(Exception exception, int? firstByte) => exception switch
    {
        _ when verdict?.Refusal is { } reason => Create(reason, Describe(reason), exception),
        OperationCanceledException => Create(ConnectionFailureReason.Unreachable, "the server did not answer the TLS handshake in time. Check that it speaks TLS on this port, and its load", exception),
        _ when firstByte is >= 0 && !IsTlsRecord(firstByte.Value) => Create(ConnectionFailureReason.PlaintextPeer, "the server speaks plaintext, and the realm asks for TLS. Check the port; if plaintext is meant, list the address in a realm without 'tls_config'", exception),
        _ when verdict is { IsChecked: true } => Create(ConnectionFailureReason.ClientCertificateRejected, Rejection(realm.Provider?.Subject), exception),
        _ when firstByte is null or Closed => Create(ConnectionFailureReason.HandshakeAborted, "the server closed the connection during the TLS handshake. Its log says why", exception),
        AuthenticationException => Create(ConnectionFailureReason.ProtocolMismatch, $"the TLS handshake failed: {Innermost(exception)}. Compare 'min_version' with what the server offers", exception),
        _ => Create(ConnectionFailureReason.HandshakeAborted, $"the TLS handshake failed: {Innermost(exception)}", exception),
    };

    /// <summary>The handshake ended well on our side, and the server then hung up without a word.</summary>
    public EndpointConnectionException Rejected(TlsDescription tls, Exception? exception) =>
        Create(ConnectionFailureReason.ClientCertificateRejected, Rejection(tls.LocalSubject), exception);

    public EndpointConnectionException NoAlpn() =>
        Create(ConnectionFailureReason.NoAlpn, "the server did not agree to HTTP/2 by ALPN. Enable HTTP/2 there, or check the port");

    /// <summary>What is wrong with a plaintext server that begins like this, if anything is.</summary>
    public EndpointConnectionException? Plaintext(int firstByte) =>
        firstByte == Closed ? Create(ConnectionFailureReason.HandshakeAborted, "the server closed the connection without a word. If it speaks TLS, give the realm a 'tls_config'")
        : IsTlsRecord(firstByte) ? Create(ConnectionFailureReason.TlsPeer, "the server speaks TLS, and the realm is plaintext. Give the realm a 'tls_config'")
        : null;

    private string Describe(ConnectionFailureReason reason) => reason switch
    {
        ConnectionFailureReason.UntrustedRoot =>
            $"the server's certificate '{verdict!.Subject}' is issued by '{verdict.Issuer}', which does not lead to a root in '{realm.Definition.Tls!.CaFile}'. Either the server belongs to another realm, or it does not send its intermediates, or the root is missing in that file",
        ConnectionFailureReason.Expired =>
            $"the server's certificate '{verdict!.Subject}', or one above it, expired on {Utc(verdict.NotAfter)}; it is now {Utc(now)}. Renew it there",
        ConnectionFailureReason.NotYetValid =>
            $"the server's certificate '{verdict!.Subject}', or one above it, is not valid before {Utc(verdict.NotBefore)}; it is now {Utc(now)}. Compare the clocks",
        ConnectionFailureReason.EkuMismatch =>
            $"the server's certificate '{verdict!.Subject}' is not meant for servers. Issue it with the extended key usage 'serverAuth'",
        ConnectionFailureReason.NameMismatch =>
            $"the server's certificate '{verdict!.Subject}' is for {(verdict.Names.Count == 0 ? "no host at all" : string.Join(", ", verdict.Names.Select(name => $"'{name}'")))}, not for '{realm.ServerNameOf(address)}'. Set 'server_name' if another name is right",
        _ => verdict!.Subject is null
            ? "the server presented no certificate"
            : $"the server's certificate '{verdict.Subject}' has an invalid chain: {verdict.ChainStatus}",
    };

    private static string Rejection(string? localSubject) => localSubject is null
        ? "the server ended the connection right after the TLS handshake, as servers do that require a client certificate; the realm presents none. Set 'cert_file' and 'key_file'"
        : $"the server ended the connection right after the TLS handshake, as servers do that reject a client certificate; ours is '{localSubject}'. Check its issuer, validity and names against what the server accepts; its log says more";

    private EndpointConnectionException Create(ConnectionFailureReason reason, string text, Exception? inner = null) =>
        new(reason, realm.Name, address.ToString(), now, $"Endpoint '{address}' of realm '{realm.Name}': {text}.", inner);

    // Record types 20 to 24 begin every TLS record; HTTP/2 begins with a length, HTTP/1.1 with a letter.
    private static bool IsTlsRecord(int firstByte) => firstByte is >= 20 and <= 24;

    private static string Innermost(Exception exception) => exception.GetBaseException().Message.TrimEnd('.');

    private static string Utc(DateTimeOffset time) => time.UtcDateTime.ToString("u", CultureInfo.InvariantCulture);
}
