using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Dns;

/// <summary>Sends a query in a datagram, and waits for the one that answers it.</summary>
internal static class UdpExchange
{
    // More than we say we take: a server that does not listen to that is still understood.
    private const int BufferSize = 4096;

    public static async Task<ReadOnlyMemory<byte>> AskAsync(IPEndPoint server, DnsQuery query, CancellationToken cancellationToken)
    {
        // A socket of its own, for a port that nobody can know; connected, so that nobody else's datagrams reach it.
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        await socket.SendAsync(query.Bytes, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[BufferSize];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (query.IsAnsweredBy(buffer.AsSpan(0, length)))
            {
                return buffer.AsMemory(0, length);
            }
        }
    }
}
