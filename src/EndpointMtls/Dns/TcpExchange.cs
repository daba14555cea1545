using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Dns;

/// <summary>Sends a query over a connection, where every message stands behind its length, and waits for the message that answers it. RFC 7766.</summary>
internal static class TcpExchange
{
    private const int LengthSize = 2;

    public static async Task<ReadOnlyMemory<byte>> AskAsync(IPEndPoint server, DnsQuery query, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket);

        // In one piece: some servers do not wait for a second.
        var framed = new byte[LengthSize + query.Bytes.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Bytes.Length);
        query.Bytes.CopyTo(framed.AsMemory(LengthSize));
        await stream.WriteAsync(framed, cancellationToken).ConfigureAwait(false);

        var buffer = new byte[ushort.MaxValue];
        while (true)
        {
            await stream.ReadExactlyAsync(buffer.AsMemory(0, LengthSize), cancellationToken).ConfigureAwait(false);
            var message = buffer.AsMemory(0, BinaryPrimitives.ReadUInt16BigEndian(buffer));
            await stream.ReadExactlyAsync(message, cancellationToken).ConfigureAwait(false);
            if (query.IsAnsweredBy(message.Span))
            {
                return message;
            }
        }
    }
}
