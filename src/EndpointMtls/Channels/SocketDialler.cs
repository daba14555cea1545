using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Channels;

/// <summary>Opens the sockets that Grpc.Net.Client does not open.</summary>
internal static class SocketDialler
{
    /// <summary>Opens a Unix domain socket.</summary>
    public static ValueTask<Stream> OpenUnixAsync(string path, CancellationToken cancellationToken) =>
        OpenAsync(
            new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            new UnixDomainSocketEndPoint(path),
            cancellationToken);

    /// <summary>Opens a TCP socket.</summary>
    public static ValueTask<Stream> OpenTcpAsync(DnsEndPoint endPoint, CancellationToken cancellationToken) =>
        OpenAsync(new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, endPoint, cancellationToken);

    private static async ValueTask<Stream> OpenAsync(Socket socket, EndPoint target, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(target, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
