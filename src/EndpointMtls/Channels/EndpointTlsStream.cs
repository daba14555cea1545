using System.Net.Security;
using System.Runtime.CompilerServices;

namespace EndpointMtls.Channels;

/// <summary>A TLS stream that detects, after the handshake, whether the server opens the connection.</summary>
/// <remarks>It derives from <see cref="SslStream"/>, because SocketsHttpHandler then skips its own handshake.</remarks>
internal sealed class EndpointTlsStream(TransportStream connection) : SslStream(connection, leaveInnerStreamOpen: false)
{
    private GoAwayDelay _goAway = new(connection.Activity);

    /// <summary>Set after the handshake.</summary>
    public ConnectionOpening? Opening { get; set; }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reading = Opening is { IsOpen: false } opening
            ? opening.ReadAsync(base.ReadAsync, buffer, cancellationToken)
            : base.ReadAsync(buffer, cancellationToken);
        var read = await reading.ConfigureAwait(false);
        await _goAway.OnRead(buffer, read, cancellationToken).ConfigureAwait(false);
        return read;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        connection.Activity.OnFrames(buffer.Span);
        return Opening is { IsOpen: false } opening
            ? opening.WriteAsync(base.WriteAsync, buffer, cancellationToken)
            : base.WriteAsync(buffer, cancellationToken);
    }

    public override ValueTask DisposeAsync()
    {
        Opening?.Dispose();
        return base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        Opening?.Dispose();
        base.Dispose(disposing);
    }
}
