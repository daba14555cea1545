using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace EndpointMtls.Channels;

/// <summary>Lets the operating system close a TCP connection whose peer no longer acknowledges anything.</summary>
internal static class DeadPeerDetection
{
    /// <summary>How long sent data may be unacknowledged, in milliseconds. Linux only.</summary>
    public const int UserTimeout = 20_000;

    // Of a connection without traffic: the time until the first probe and between probes, in seconds, and the number of probes.
    public const int KeepAliveTime = 10;
    public const int KeepAliveInterval = 5;
    public const int KeepAliveRetryCount = 3;

    // TCP_USER_TIMEOUT of Linux.
    public const int TcpLevel = 6;
    public const int UserTimeoutOption = 18;

    private const string StreamWrapper = "Grpc.Net.Client.Balancer.Internal.StreamWrapper";

    /// <summary>Sets the options of the socket below a stream. A stream without a TCP socket stays as it is.</summary>
    /// <returns>The stream.</returns>
    public static Stream Enable(Stream stream)
    {
        if (FindSocket(stream) is { ProtocolType: ProtocolType.Tcp } socket)
        {
            Enable(socket);
        }

        return stream;
    }

    /// <summary>The socket below a stream; <see langword="null"/> if there is none.</summary>
    public static Socket? FindSocket(Stream stream)
    {
        if (stream.GetType().FullName == StreamWrapper)
        {
            // Grpc.Net.Client dials the first socket of a connection itself, and has no callback for its options.
            try
            {
                stream = InnerOf(stream);
            }
            catch (Exception exception) when (exception is MissingFieldException or TypeLoadException)
            {
                return null;
            }
        }

        return (stream as NetworkStream)?.Socket;
    }

    private static void Enable(Socket socket)
    {
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveTime);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveInterval);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveRetryCount);
            if (OperatingSystem.IsLinux())
            {
                socket.SetRawSocketOption(TcpLevel, UserTimeoutOption, BitConverter.GetBytes(UserTimeout));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The connection works without the options, or is already closed.
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_inner")]
    private static extern ref Stream InnerOf([UnsafeAccessorType($"{StreamWrapper}, Grpc.Net.Client")] object wrapper);
}
