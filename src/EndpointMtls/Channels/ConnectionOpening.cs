using System.Diagnostics.CodeAnalysis;
using EndpointMtls.Async;

namespace EndpointMtls.Channels;

/// <summary>The start of one HTTP/2 connection: decides, once, whether the server opens it, or closes it without data.</summary>
/// <remarks>
/// A server sends its SETTINGS first (RFC 9113, section 3.4). The first write, which is the preface of the client, ends when data has
/// arrived. SocketsHttpHandler sends no request before, so a request whose connection does not open can be sent again. In TLS 1.3 the
/// handshake of the client also ends before the server has verified the client certificate: a server that rejects it does not open.
/// </remarks>
/// <param name="connection">The transport. Its abort reason precedes every other failure.</param>
/// <param name="timeout">How long the server may take.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="onData">Called with the first data. Returns the problem that it shows, if any.</param>
/// <param name="onFailed">
/// Called with the exception, or with <see langword="null"/> if the server closed the connection. All operations throw what it returns.
/// </param>
internal sealed class ConnectionOpening(
    TransportStream connection,
    TimeSpan timeout,
    TimeProvider timeProvider,
    Func<ReadOnlyMemory<byte>, Exception?> onData,
    Func<Exception?, Exception> onFailed)
{
    // How long a failed write waits for the read, which may find an alert. By the system clock, as the sockets.
    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource _data = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DeferringLock _deciding = new();
    private Func<ReadOnlyMemory<byte>, Exception?>? _onData = onData;
    private Func<Exception?, Exception>? _onFailed = onFailed;
    private Exception? _failure;
    private volatile bool _isDisposed;
    private volatile bool _isOpen;

    /// <summary>Whether data has arrived and the preface is written. Reads and writes need not be observed any more.</summary>
    public bool IsOpen => _isOpen;

    /// <param name="read">Reads.</param>
    /// <param name="buffer">For the data. An empty one only waits.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public async ValueTask<int> ReadAsync(
        Func<Memory<byte>, CancellationToken, ValueTask<int>> read, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count;
        try
        {
            count = await read(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!_data.Task.IsCompletedSuccessfully)
        {
            throw Fail(exception);
        }

        if (count > 0 || !buffer.IsEmpty)
        {
            Check(buffer[..count]);
        }

        return count;
    }

    /// <param name="write">Writes.</param>
    /// <param name="buffer">The data.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    public async ValueTask WriteAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await write(buffer, cancellationToken).ConfigureAwait(false);
            await _data.Task.WaitAsync(timeout, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (exception is not (OperationCanceledException or TimeoutException))
            {
                await Task.WhenAny(_data.Task, Task.Delay(ReadTimeout, CancellationToken.None)).ConfigureAwait(false);
            }

            throw Fail(exception);
        }

        _isOpen = true;
        Release();
    }

    /// <summary>The stream is disposed. Unless the server has closed the connection before, that is no failure of the server.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _data.TrySetException(new ObjectDisposedException(nameof(ConnectionOpening)));
        _ = _data.Task.Exception;
    }

    private void Check(ReadOnlyMemory<byte> data)
    {
        if (_data.Task.IsCompletedSuccessfully)
        {
            return;
        }

        if (data.IsEmpty)
        {
            throw Fail(null);
        }

        using (_deciding.EnterScope())
        {
            if (_failure is null && _onData!(data) is { } problem)
            {
                SetFailure(problem);
            }

            if (_failure is null)
            {
                _data.TrySetResult();
                return;
            }

            throw _failure;
        }
    }

    private Exception Fail(Exception? cause)
    {
        using (_deciding.EnterScope())
        {
            if (_failure is null)
            {
                // If the handler has disposed the stream before data arrived, no call needs the connection.
                var isAbandoned = _isDisposed && !_data.Task.IsCompletedSuccessfully;
                SetFailure(connection.AbortReason ?? (isAbandoned ? cause : null) ?? _onFailed!(cause));
            }

            return _failure;
        }
    }

    [MemberNotNull(nameof(_failure))]
    private void SetFailure(Exception failure)
    {
        _failure = failure;
        _data.TrySetException(failure);
        _ = _data.Task.Exception;
        Release();
    }

    // Connections live for days: release what the callbacks reference.
    private void Release() => (_onData, _onFailed) = (null, null);
}
