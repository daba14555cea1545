using System.Security.Cryptography;
using EndpointMtls.Certificates;
using EndpointMtls.Trust;

namespace EndpointMtls.Channels;

/// <summary>Determines why a connection to a server failed. <see cref="ConnectionFailureText"/> words it.</summary>
internal static class ConnectionFailureClassifier
{
    /// <summary>Classifies the exception of a handshake.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="firstByte">The first byte from the server; <see langword="null"/> if there is none yet.</param>
    /// <param name="observation">What the callbacks of the handshake observed.</param>
    /// <param name="identity">The client certificate; <see langword="null"/> if the realm has none.</param>
    /// <param name="now">The time.</param>
    public static ConnectionFailure Handshake(
        Exception exception, int? firstByte, HandshakeObservation observation, LocalIdentity? identity, DateTimeOffset now) =>
        exception switch
        {
            _ when observation.Verdict is { IsAccepted: false } verdict => new(verdict.Reason.Value, verdict.Explanation),
            OperationCanceledException => new(ConnectionFailureReason.Unreachable, ConnectionFailureText.HandshakeTimeout),
            _ when firstByte is >= 0 && !IsTlsRecord(firstByte.Value) =>
                new(ConnectionFailureReason.PlaintextPeer, ConnectionFailureText.PlaintextPeer),
            CryptographicException when observation.Verdict is null =>
                new(ConnectionFailureReason.InvalidChain, RejectionText.Unverifiable(PeerRole.Server, exception)),
            _ when observation.Verdict is not null => CloseAfterHandshake(observation, identity, now),
            _ when firstByte is null or TransportStream.EndOfStream =>
                new(ConnectionFailureReason.HandshakeAborted, ConnectionFailureText.ClosedDuringHandshake),
            _ when IsAlert(exception, "no application protocol") => NoAlpn,
            _ when IsClientCertificateAlert(exception, observation) => CloseAfterHandshake(observation, identity, now),
            _ when IsAlert(exception, "protocol version") || IsAlert(exception, "handshake failure") =>
                new(ConnectionFailureReason.ProtocolMismatch, ConnectionFailureText.ProtocolMismatch),
            _ => new(ConnectionFailureReason.HandshakeAborted, ConnectionFailureText.HandshakeFailed(Innermost(exception))),
        };

    /// <summary>Classifies a close by a server whose certificate was accepted, before it sent data.</summary>
    /// <param name="observation">What the callbacks of the handshake observed.</param>
    /// <param name="identity">The client certificate; <see langword="null"/> if none was presented.</param>
    /// <param name="now">The time.</param>
    public static ConnectionFailure CloseAfterHandshake(HandshakeObservation observation, LocalIdentity? identity, DateTimeOffset now) =>
        identity is not null
            ? new(ConnectionFailureReason.ClientCertificateRejected, ConnectionFailureText.ClientCertificateRejected(identity, now))
        : observation.IsCertificateMissing
            ? new(ConnectionFailureReason.ClientCertificateRejected, ConnectionFailureText.ClientCertificateMissing)
        : new(ConnectionFailureReason.HandshakeAborted, ConnectionFailureText.ClosedAfterHandshake);

    /// <summary>The server did not select HTTP/2 by ALPN.</summary>
    public static ConnectionFailure NoAlpn => new(ConnectionFailureReason.NoAlpn, ConnectionFailureText.NoAlpn);

    /// <summary>Classifies the first byte that the server of a plaintext realm sent.</summary>
    /// <returns><see langword="null"/> if the server uses plaintext HTTP/2.</returns>
    public static ConnectionFailure? Plaintext(int firstByte) =>
        firstByte == TransportStream.EndOfStream ? new(ConnectionFailureReason.HandshakeAborted, ConnectionFailureText.ClosedWithoutData)
        : IsTlsRecord(firstByte) ? new(ConnectionFailureReason.TlsPeer, ConnectionFailureText.TlsPeer)
        : firstByte != 0 ? new(ConnectionFailureReason.NotHttp2, ConnectionFailureText.NotHttp2)
        : null;

    // A TLS record begins with its type, 20 to 24. HTTP/2 begins with a zero, because its first frame is short; HTTP/1.1 with a letter.
    private static bool IsTlsRecord(int firstByte) => firstByte is >= 20 and <= 24;

    // If no certificate was presented, servers also send a generic alert in TLS 1.2.
    private static bool IsClientCertificateAlert(Exception exception, HandshakeObservation observation) =>
        IsAlert(exception, "certificate")
        || IsAlert(exception, "unknown ca")
        || (observation.IsCertificateMissing && IsAlert(exception, "handshake failure"));

    // The runtime reports the alert of the peer only in the text of OpenSSL.
    private static bool IsAlert(Exception exception, string name) =>
        Innermost(exception).Contains(name, StringComparison.OrdinalIgnoreCase);

    private static string Innermost(Exception exception) => exception.GetBaseException().Message.TrimEnd('.');
}

/// <summary>Why a connection failed.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Text">What happened and how to fix it, without a full stop at the end.</param>
internal readonly record struct ConnectionFailure(ConnectionFailureReason Reason, string Text);
