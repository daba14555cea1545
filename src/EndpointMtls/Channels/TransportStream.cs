using System.Runtime.CompilerServices;
using EndpointMtls.Async;
using EndpointMtls.Certificates;
using EndpointMtls.Trust;

namespace EndpointMtls.Channels;

/// <summary>The transport of one connection, below TLS. Exposes the first byte from the peer, and can be aborted with a reason.</summary>
internal sealed class TransportStream(Stream inner, TimeProvider timeProvider) : Stream
{
    /// <summary>The value of <see cref="FirstByte"/> if the peer closed the connection without sending data.</summary>
    public const int EndOfStream = -1;

    private volatile EndpointConnectionException? _abortReason;
    private volatile bool _isAccepted;
    private Action<TransportStream>? _onClosed;

    public ConnectionActivity Activity { get; } = new(timeProvider);

    /// <summary>The request that the connection was opened for; <see langword="null"/> before it is open.</summary>
    public ConnectionOrigin? Origin { get; set; }

    /// <summary>The first byte received, or <see cref="EndOfStream"/>; <see langword="null"/> before the first read.</summary>
    public int? FirstByte { get; private set; }

    /// <summary>The accepted chain of the server; <see langword="null"/> if it is not verified again.</summary>
    public PeerChain? Peer { get; set; }

    /// <summary>The provider of the certificates that the handshake used; <see langword="null"/> for plaintext.</summary>
    public RotatingCertificateProvider? Provider { get; set; }

    /// <summary>Whether the server has sent data, and so accepts the connection.</summary>
    public bool IsAccepted => _isAccepted;

    /// <summary>Called once, when the server has accepted the connection and this thread holds no lock.</summary>
    public Action? OnAccepted { get; set; }

    /// <summary>The certificates that the handshake used; <see langword="null"/> for plaintext.</summary>
    public TlsMaterial? Material { get; set; }

    /// <summary>Why the connection was aborted; <see langword="null"/> if it was not.</summary>
    public EndpointConnectionException? AbortReason => _abortReason;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Sets the callback for the close of the connection. Calls it now if the connection is closed.</summary>
    public void OnClosed(Action<TransportStream> callback)
    {
        if (Interlocked.CompareExchange(ref _onClosed, callback, null) is not null)
        {
            callback(this);
        }
    }

    /// <summary>Call it when the server has sent its first data.</summary>
    public void Accept()
    {
        _isAccepted = true;
        if (OnAccepted is { } callback)
        {
            OnAccepted = null;
            DeferringLock.Defer(callback);
        }
    }

    /// <summary>Closes the connection. Pending and later reads and writes throw the reason.</summary>
    public void Abort(EndpointConnectionException reason)
    {
        _abortReason = reason;
        Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch when (_abortReason is not null)
        {
            throw _abortReason;
        }

        if (read > 0)
        {
            Activity.OnRead();
        }

        if (FirstByte is null && !buffer.IsEmpty)
        {
            FirstByte = read == 0 ? EndOfStream : buffer.Span[0];
        }

        return read == 0 && !buffer.IsEmpty && _abortReason is { } reason ? throw reason : read;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Activity.OnWrite();
        try
        {
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch when (_abortReason is not null)
        {
            throw _abortReason;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override int Read(Span<byte> buffer) => throw new NotSupportedException("Only asynchronous reads are used.");
    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);
    public override void Flush() => inner.Flush();
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            Activity.OnClosed();
            Interlocked.Exchange(ref _onClosed, static _ => { })?.Invoke(this);
        }

        base.Dispose(disposing);
    }
}
