using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Tests.Support;

/// <summary>A listener whose connections each do what the test says, and end.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RawPeer(Func<NetworkStream, Task> serve)
    {
        _listener.Start();
        _ = AcceptAsync(serve);
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>Completes when a connection has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The SETTINGS frame that begins what an HTTP/2 server sends.</summary>
    public static byte[] Settings => [0, 0, 0, 4, 0, 0, 0, 0, 0];

    /// <summary>Reads what an HTTP/2 client sends, until the HEADERS of a request.</summary>
    public static async Task ReadRequestAsync(Stream stream)
    {
        await stream.ReadExactlyAsync(new byte[24]);
        var header = new byte[9];
        while (header[3] != 1)
        {
            await stream.ReadExactlyAsync(header);
            await stream.ReadExactlyAsync(new byte[(header[0] << 16) | (header[1] << 8) | header[2]]);
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync(Func<NetworkStream, Task> serve)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(), serve);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient connection, Func<NetworkStream, Task> serve)
    {
        using (connection)
        {
            try
            {
                await serve(connection.GetStream());
            }
            catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client hung up: what it made of that is what the test looks at.
            }
        }

        _ended.TrySetResult();
    }
}
