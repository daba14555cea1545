using System.Runtime.CompilerServices;

namespace EndpointMtls.Channels;

/// <summary>The stream of a connection without TLS, which detects whether the server opens it.</summary>
internal sealed class PlaintextStream(TransportStream connection, ConnectionOpening opening) : Stream
{
    private GoAwayDelay _goAway = new(connection.Activity);

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reading = opening.IsOpen
            ? connection.ReadAsync(buffer, cancellationToken)
            : opening.ReadAsync(connection.ReadAsync, buffer, cancellationToken);
        var read = await reading.ConfigureAwait(false);
        await _goAway.OnRead(buffer, read, cancellationToken).ConfigureAwait(false);
        return read;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        connection.Activity.OnFrames(buffer.Span);
        return opening.IsOpen
            ? connection.WriteAsync(buffer, cancellationToken)
            : opening.WriteAsync(connection.WriteAsync, buffer, cancellationToken);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous reads are used.");
    public override void Write(byte[] buffer, int offset, int count) => connection.Write(buffer, offset, count);
    public override void Flush() => connection.Flush();
    public override Task FlushAsync(CancellationToken cancellationToken) => connection.FlushAsync(cancellationToken);
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            opening.Dispose();
            connection.Dispose();
        }

        base.Dispose(disposing);
    }
}
