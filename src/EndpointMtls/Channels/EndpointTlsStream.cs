using System.Net.Security;
using System.Security.Authentication;
using EndpointMtls.Async;

namespace EndpointMtls.Channels;

/// <summary>Reports whether the server still wants to talk when the handshake is over.</summary>
/// <remarks>
/// In TLS 1.3 our handshake ends before the server has seen our certificate: if it rejects it, what we do next fails.
/// It derives from <see cref="SslStream"/> because that is what SocketsHttpHandler takes for a finished handshake.
/// </remarks>
internal sealed class EndpointTlsStream(TransportStream connection) : SslStream(connection, leaveInnerStreamOpen: false)
{
    private readonly DeferringLock _verdict = new();
    private Action? _onAccepted;
    private Func<Exception?, Exception>? _onRejected;
    private Exception? _rejection;

    // Until the first byte arrives; afterwards every operation goes straight to the base class.
    private volatile bool _isWatched;

    /// <summary>Watches what comes until the first byte arrives or an operation fails, and calls one of the two, once.</summary>
    /// <param name="onAccepted">Called when the server has answered.</param>
    /// <param name="onRejected">Called with the failure, or with nothing if the server closed; what it returns is thrown.</param>
    public void WatchFirstAnswer(Action onAccepted, Func<Exception?, Exception> onRejected)
    {
        (_onAccepted, _onRejected) = (onAccepted, onRejected);
        _isWatched = true;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _isWatched ? ReadWatchedAsync(buffer, cancellationToken) : base.ReadAsync(buffer, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _isWatched ? WriteWatchedAsync(buffer, cancellationToken) : base.WriteAsync(buffer, cancellationToken);

    private async ValueTask<int> ReadWatchedAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int read;
        try
        {
            read = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (Rejects(exception))
        {
            throw Reject(exception);
        }

        if (read > 0)
        {
            Accept();
        }
        else if (!buffer.IsEmpty && Rejects(null))
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
        catch (Exception exception) when (Rejects(exception))
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

    // Reading and writing go on side by side. When one has failed, the handler disposes this stream beneath the other,
    // which must then give the same answer. A stream that is disposed without that was given up by us.
    // A connection that we have aborted gives our reason, whatever the operation met.
    private bool Rejects(Exception? exception) =>
        connection.AbortReason is not null || _rejection is not null || (_isWatched && exception is null or IOException or AuthenticationException);

    private void StopWatching() => _isWatched &= connection.AbortReason is not null || _rejection is not null;

    private void Accept()
    {
        using (_verdict.EnterScope())
        {
            if (_isWatched && _rejection is null)
            {
                _isWatched = false;
                var accept = _onAccepted!;
                (_onAccepted, _onRejected) = (null, null); // With what they hold, and a connection may live for days.
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

        using (_verdict.EnterScope())
        {
            return _isWatched ? _rejection ??= _onRejected!(cause) : cause ?? new ObjectDisposedException(GetType().FullName);
        }
    }
}
