using System.Buffers.Binary;

namespace EndpointMtls.Channels;

/// <summary>Delays the end of an HTTP/2 connection that the server has announced by GOAWAY.</summary>
/// <remarks>
/// SocketsHttpHandler sends a call that has just chosen the connection on another one, but fails it if the connection has ended. Servers
/// that reload close the connection together with GOAWAY.
/// </remarks>
/// <param name="activity">Learns that the server has rejected pings.</param>
internal struct GoAwayDelay(ConnectionActivity activity)
{
    private const int MaxDebugData = 64;
    private const uint EnhanceYourCalm = 11;

    // By the system clock, as the sockets.
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(200);

    private bool _isAnnounced;

    /// <summary>Returns what to wait for before a read returns.</summary>
    /// <param name="buffer">The buffer of the read. An empty one only waits for data.</param>
    /// <param name="read">How many bytes were read; 0 at the end of the connection.</param>
    /// <param name="cancellationToken">Cancels the delay.</param>
    public Task OnRead(Memory<byte> buffer, int read, CancellationToken cancellationToken)
    {
        if (read > 0)
        {
            _isAnnounced = EndsWithGoAway(buffer.Span[..read]);
        }

        return read == 0 && !buffer.IsEmpty && _isAnnounced ? Task.Delay(Delay, cancellationToken) : Task.CompletedTask;
    }

    // The type, no flags, and stream zero, after a length of three bytes; then the last stream, the error code, and debug data
    // (RFC 9113, sections 4.1 and 6.8).
    private readonly bool EndsWithGoAway(ReadOnlySpan<byte> data)
    {
        var tail = data[^Math.Min(data.Length, 9 + 8 + MaxDebugData)..];
        var type = tail.LastIndexOf((ReadOnlySpan<byte>)[7, 0, 0, 0, 0, 0]);
        if (type < 3 || tail[type - 1] != tail.Length - type - 6 || tail.Length < type + 14)
        {
            return false;
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(tail[(type + 10)..]) == EnhanceYourCalm
            && tail[(type + 14)..].SequenceEqual("too_many_pings"u8))
        {
            activity.OnPingsRejected();
        }

        return true;
    }
}
