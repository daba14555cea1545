using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Dns;

/// <summary>Sends a query in a datagram, and waits for the datagram with its response.</summary>
internal static class UdpExchange
{
    // Larger than the announced payload size: some servers ignore it.
    private const int BufferSize = 4096;

    public static async Task<ReadOnlyMemory<byte>> SendAsync(IPEndPoint server, DnsQuery query, CancellationToken cancellationToken)
    {
        // A new socket has a random port. A connected socket receives datagrams of the server only.
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
