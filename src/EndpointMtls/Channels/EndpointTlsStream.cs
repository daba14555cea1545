using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Async;

namespace EndpointMtls.Channels;

/// <summary>A TLS stream that detects whether the server rejects the connection after the handshake.</summary>
/// <remarks>
/// In TLS 1.3 the client handshake completes before the server has verified the client certificate. If the server rejects it, the
/// next read or write of the client fails. The class derives from <see cref="SslStream"/>, because SocketsHttpHandler then skips its
/// own handshake.
/// </remarks>
internal sealed class EndpointTlsStream(TransportStream connection) : SslStream(connection, leaveInnerStreamOpen: false)
{
    private readonly DeferringLock _deciding = new();
    private Action? _onAccepted;
    private Func<Exception?, Exception>? _onRejected;
    private Exception? _rejection;

    // Until the first byte arrives. Then every operation calls the base class directly.
    private volatile bool _isWatched;

    /// <summary>Watches reads and writes until the first byte arrives or an operation fails. Calls one of the callbacks, once.</summary>
    /// <param name="onAccepted">Called when the server has sent data.</param>
    /// <param name="onRejected">
    /// Called with the exception, or with <see langword="null"/> if the server closed the connection. The stream throws what it returns.
    /// </param>
    public void DetectRejection(Action onAccepted, Func<Exception?, Exception> onRejected)
    {
        (_onAccepted, _onRejected) = (onAccepted, onRejected);
        _isWatched = true;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _isWatched ? ReadWatchedAsync(buffer, cancellationToken) : base.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        connection.Activity.OnFrames(buffer.Span);
        return _isWatched ? WriteWatchedAsync(buffer, cancellationToken) : base.WriteAsync(buffer, cancellationToken);
    }

    private async ValueTask<int> ReadWatchedAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int read;
        try
        {
            read = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsRejection(exception))
        {
            throw Reject(exception);
        }

        if (read > 0)
        {
            Accept();
        }
        else if (!buffer.IsEmpty && IsRejection(null))
        {
            throw Reject(null);
        }

        return read;
    }

    private async ValueTask WriteWatchedAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await base.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsRejection(exception))
        {
            throw Reject(exception);
        }
    }

    protected override void Dispose(bool disposing)
    {
        StopWatching();
        base.Dispose(disposing);
    }

    public override ValueTask DisposeAsync()
    {
        StopWatching();
        return base.DisposeAsync();
    }

    // Reads and writes run concurrently. When one has failed, the handler disposes the stream during the other, which must then throw
    // the same exception. If no operation has failed, disposal is no rejection. An aborted connection always throws its abort reason.
    private bool IsRejection(Exception? exception) =>
        connection.AbortReason is not null
        || _rejection is not null
        || (_isWatched && exception is null or IOException or AuthenticationException);

    private void StopWatching() => _isWatched &= connection.AbortReason is not null || _rejection is not null;

    private void Accept()
    {
        using (_deciding.EnterScope())
        {
            if (_isWatched && _rejection is null)
            {
                _isWatched = false;
                var accept = _onAccepted!;

                // Connections live for days: release what the callbacks reference.
                (_onAccepted, _onRejected) = (null, null);
                accept();
            }
        }
    }

    private Exception Reject(Exception? cause)
    {
        if (connection.AbortReason is { } reason)
        {
            return reason;
        }

        using (_deciding.EnterScope())
        {
            return _isWatched ? _rejection ??= _onRejected!(cause) : cause ?? new ObjectDisposedException(GetType().FullName);
        }
    }
}
