using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Dns;

/// <summary>Sends a query over TCP, and waits for its response. Each message follows a prefix with its length (RFC 7766).</summary>
internal static class TcpExchange
{
    private const int LengthSize = 2;

    public static async Task<ReadOnlyMemory<byte>> SendAsync(IPEndPoint server, DnsQuery query, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket);

        // In one write: some servers read the length and the message with a single call.
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
