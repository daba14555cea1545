using System.Runtime.CompilerServices;
using EndpointMtls.Trust;

namespace EndpointMtls.Channels;

/// <summary>The bytes of one connection, beneath TLS if there is any. Shows the first one the peer sends, and can be aborted.</summary>
internal sealed class TransportStream(Stream inner) : Stream
{
    private volatile EndpointConnectionException? _abortReason;
    private Action<TransportStream>? _onClosed;

    /// <summary>The first byte received; -1 if the peer closed instead; <see langword="null"/> if nothing came yet. TLS and plaintext differ there.</summary>
    public int? FirstByte { get; private set; }

    /// <summary>Called once, with <see cref="FirstByte"/>; what it throws, the read throws.</summary>
    public Action<int>? OnFirstRead { get; set; }

    /// <summary>The server's chain, where it may have to be judged again.</summary>
    public PeerChain? Peer { get; set; }

    /// <summary>Where the certificates of the handshake came from; <see langword="null"/> for plaintext.</summary>
    public RotatingCertificateProvider? Provider { get; set; }

    /// <summary>The generation of the certificates the handshake was made with; zero for plaintext.</summary>
    public int Generation { get; set; }

    /// <summary>Why the connection was aborted, if it was.</summary>
    public EndpointConnectionException? AbortReason => _abortReason;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Has a function called when the connection closes, or now if it has closed.</summary>
    public void WhenClosed(Action<TransportStream> onClosed)
    {
        if (Interlocked.CompareExchange(ref _onClosed, onClosed, null) is not null)
        {
            onClosed(this);
        }
    }

    /// <summary>Closes the connection; whoever uses it gets the reason.</summary>
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

        if (FirstByte is null && !buffer.IsEmpty)
        {
            FirstByte = read == 0 ? -1 : buffer.Span[0];
            OnFirstRead?.Invoke(FirstByte.Value);
        }

        return read == 0 && !buffer.IsEmpty && _abortReason is { } reason ? throw reason : read;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
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
            Interlocked.Exchange(ref _onClosed, static _ => { })?.Invoke(this);
        }

        base.Dispose(disposing);
    }
}
