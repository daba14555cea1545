using System.Net.Security;
using System.Security.Authentication;

namespace EndpointMtls.Channels;

/// <summary>Reports how the first read behind the handshake went.</summary>
/// <remarks>
/// In TLS 1.3 our handshake ends before the server has seen our certificate: if it rejects it, the first read fails.
/// It derives from <see cref="SslStream"/> because that is what SocketsHttpHandler takes for a finished handshake.
/// </remarks>
internal sealed class EndpointTlsStream(Stream inner) : SslStream(inner, leaveInnerStreamOpen: false)
{
    private Action? _onAccepted;
    private Func<Exception?, Exception>? _onRejected;

    /// <summary>Watches the next read: calls one of the two, and throws what <paramref name="onRejected"/> returns.</summary>
    public void WatchFirstRead(Action onAccepted, Func<Exception?, Exception> onRejected) =>
        (_onAccepted, _onRejected) = (onAccepted, onRejected);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _onRejected is null || buffer.IsEmpty ? base.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, cancellationToken);

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var (onAccepted, onRejected) = (_onAccepted!, _onRejected!);
        (_onAccepted, _onRejected) = (null, null);
        int read;
        try
        {
            read = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            throw onRejected(exception);
        }

        if (read == 0)
        {
            throw onRejected(null);
        }

        onAccepted();
        return read;
    }
}
