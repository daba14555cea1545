using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace EndpointMtls.Tests.Support;

/// <summary>An address that answers no connection attempt: a listener that accepts nothing, and whose backlog is full.</summary>
internal sealed class BlackHole : IDisposable
{
    private const int MaxFillers = 16;

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _fillers = [];

    private BlackHole(IPEndPoint endPoint)
    {
        _listener.Bind(endPoint);
        _listener.Listen(0);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
    }

    public int Port { get; }

    public static async Task<BlackHole> OpenAsync(IPAddress address, int port)
    {
        var hole = new BlackHole(new IPEndPoint(address, port));
        while (await hole.AcceptsAsync())
        {
        }

        return hole;
    }

    /// <summary>The number of unanswered attempts of this process and others, with those that fill the backlog.</summary>
    public int CountAttempts() => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections().Count(connection =>
        connection.State == TcpState.SynSent && connection.RemoteEndPoint.Port == Port);

    public void Dispose()
    {
        _listener.Dispose();
        _fillers.ForEach(filler => filler.Dispose());
    }

    private async Task<bool> AcceptsAsync()
    {
        if (_fillers.Count > MaxFillers)
        {
            Assert.Ignore("A full backlog does not drop connection attempts on this system.");
        }

        var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _fillers.Add(filler);
        using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        try
        {
            await filler.ConnectAsync(_listener.LocalEndPoint!, timeout.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
