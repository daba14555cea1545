using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Security.Cryptography;
using EndpointMtls.Certificates;
using EndpointMtls.Trust;

namespace EndpointMtls.Channels;

/// <summary>Determines why a connection to a server failed. <see cref="ConnectionFailureText"/> words it.</summary>
internal static class ConnectionFailureClassifier
{
    /// <summary>Classifies the exception of an attempt to open a socket.</summary>
    /// <returns><see langword="null"/> if the attempt was cancelled.</returns>
    public static ConnectionFailure? Dial(Exception exception, ChannelContext context) => exception switch
    {
        TimeoutException => new(
            ConnectionFailureReason.Unreachable,
            ConnectionFailureText.ConnectTimeout(context.Realm.Definition.Channel.ConnectTimeout)),
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } when context.Destination.SocketPath is not null =>
            new(ConnectionFailureReason.Unreachable, ConnectionFailureText.SocketMissing),
        _ => Network(exception),
    };

    /// <summary>Classifies an exception of the network.</summary>
    /// <returns><see langword="null"/> for other exceptions.</returns>
    public static ConnectionFailure? Network(Exception exception) =>
        EndpointConnectionException.ReasonOf(exception) is not { } reason ? null : new(reason, reason switch
        {
            ConnectionFailureReason.Refused => ConnectionFailureText.Refused,
            ConnectionFailureReason.NameNotResolved => ConnectionFailureText.NameNotResolved(Innermost(exception)),
            _ => ConnectionFailureText.Unreachable(Innermost(exception)),
        });

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
            _ when observation.Verdict is not null => Opening(exception, observation, identity, now),
            _ when firstByte is null or TransportStream.EndOfStream =>
                new(ConnectionFailureReason.HandshakeAborted, ConnectionFailureText.ClosedDuringHandshake),
            _ when IsAlert(exception, "no application protocol") => NoAlpn,
            _ when IsClientCertificateAlert(exception, observation) => Opening(exception, observation, identity, now),
            _ when IsAlert(exception, "protocol version") || IsAlert(exception, "handshake failure") =>
                new(ConnectionFailureReason.ProtocolMismatch, ConnectionFailureText.ProtocolMismatch),
            _ => new(ConnectionFailureReason.HandshakeAborted, ConnectionFailureText.HandshakeFailed(Innermost(exception))),
        };

    /// <summary>Classifies the end of a connection whose server was accepted and sent no data.</summary>
    /// <param name="exception">The exception; <see langword="null"/> if the server closed the connection.</param>
    /// <param name="observation">What the callbacks of the handshake observed.</param>
    /// <param name="identity">The client certificate; <see langword="null"/> if none was presented.</param>
    /// <param name="now">The time.</param>
    public static ConnectionFailure Opening(
        Exception? exception, HandshakeObservation observation, LocalIdentity? identity, DateTimeOffset now) => exception switch
        {
            OperationCanceledException or TimeoutException => new(ConnectionFailureReason.Unreachable, ConnectionFailureText.NoSettings),
            _ when IsClientCertificateAlert(exception, observation) => new(
                ConnectionFailureReason.ClientCertificateRejected, ConnectionFailureText.ClientCertificateRejected(identity, now)),
            _ when IsAlert(exception, " alert ") => new(
                ConnectionFailureReason.HandshakeAborted, ConnectionFailureText.HandshakeFailed(Innermost(exception))),
            _ when identity is not null && ConnectionFailureText.FindProblem(identity, now) is not null => new(
                ConnectionFailureReason.ClientCertificateRejected, ConnectionFailureText.ClientCertificateRejected(identity, now)),
            _ => new(
                ConnectionFailureReason.ClosedAfterHandshake,
                ConnectionFailureText.ClosedAfterHandshake(identity, observation.IsCertificateMissing)),
        };

    /// <summary>Classifies the end of a plaintext connection whose server sent no data.</summary>
    /// <param name="exception">The exception; <see langword="null"/> if the server closed the connection.</param>
    public static ConnectionFailure PlaintextOpening(Exception? exception) => exception is OperationCanceledException or TimeoutException
        ? new(ConnectionFailureReason.Unreachable, ConnectionFailureText.NoSettings)
        : new(ConnectionFailureReason.HandshakeAborted, ConnectionFailureText.ClosedWithoutData);

    /// <summary>The server did not select HTTP/2 by ALPN.</summary>
    public static ConnectionFailure NoAlpn => new(ConnectionFailureReason.NoAlpn, ConnectionFailureText.NoAlpn);

    /// <summary>Classifies the first data that the server of a plaintext realm sent.</summary>
    /// <returns><see langword="null"/> if the server uses plaintext HTTP/2.</returns>
    public static ConnectionFailure? FirstPlaintextData(ReadOnlySpan<byte> data) =>
        IsTlsRecord(data[0]) ? new(ConnectionFailureReason.TlsPeer, ConnectionFailureText.TlsPeer) : FirstData(data);

    /// <summary>Classifies the first data that a server sent.</summary>
    /// <returns><see langword="null"/> if the server uses HTTP/2.</returns>
    public static ConnectionFailure? FirstData(ReadOnlySpan<byte> data)
    {
        // The first frame is SETTINGS, and short (RFC 9113, section 3.4). A server with HTTP/1.1 only may send GOAWAY.
        const byte SettingsType = 4;
        return data is [0] or [0, _] or [0, _, _] or [0, _, _, SettingsType, ..]
            ? null
            : new(ConnectionFailureReason.NotHttp2, ConnectionFailureText.NotHttp2);
    }

    // A TLS record begins with its type, 20 to 24.
    private static bool IsTlsRecord(int firstByte) => firstByte is >= 20 and <= 24;

    // If no certificate was presented, servers also send a generic alert in TLS 1.2.
    private static bool IsClientCertificateAlert([NotNullWhen(true)] Exception? exception, HandshakeObservation observation) =>
        (IsAlert(exception, " alert ") && IsAlert(exception, "certificate"))
        || IsAlert(exception, "unknown ca")
        || IsAlert(exception, "access denied")
        || (observation.IsCertificateMissing && IsAlert(exception, "handshake failure"));

    // The runtime reports the alert of the peer only in the text of OpenSSL.
    private static bool IsAlert([NotNullWhen(true)] Exception? exception, string name) =>
        exception is not null && Innermost(exception).Contains(name, StringComparison.OrdinalIgnoreCase);

    private static string Innermost(Exception exception) => exception.GetBaseException().Message.TrimEnd('.');
}

/// <summary>Why a connection failed.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Text">What happened and how to fix it, without a full stop at the end.</param>
internal readonly record struct ConnectionFailure(ConnectionFailureReason Reason, string Text);
