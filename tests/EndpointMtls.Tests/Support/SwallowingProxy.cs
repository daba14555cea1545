using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Tests.Support;

/// <summary>A TCP proxy on the loopback. It can swallow what its open connections send: it acknowledges the data and drops it.</summary>
internal sealed class SwallowingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _port;
    private readonly ConcurrentBag<Connection> _connections = [];
    private readonly SemaphoreSlim _change = new(0);
    private long _swallowed;

    public SwallowingProxy(int port)
    {
        _port = port;
        _listener.Start();
        _ = AcceptAsync();
        TestDisposables.Register(this);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => $"127.0.0.1:{Port}";

    /// <summary>The number of connections that were accepted.</summary>
    public int Connections => _connections.Count;

    /// <summary>The number of bytes that were swallowed.</summary>
    public long Swallowed => Interlocked.Read(ref _swallowed);

    /// <summary>Waits until at least this number of bytes was swallowed.</summary>
    public async Task WaitForSwallowedAsync(long count)
    {
        while (Swallowed < count)
        {
            await _change.WaitAsync().WithTimeout();
        }
    }

    /// <summary>Swallows what clients send on the open connections. New connections work.</summary>
    public void Swallow()
    {
        foreach (var connection in _connections)
        {
            connection.Swallows = true;
        }
    }

    public ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (var connection in _connections)
        {
            connection.Client.Dispose();
            connection.Server.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await server.ConnectAsync(IPAddress.Loopback, _port);
                var connection = new Connection(client, server);
                _connections.Add(connection);
                _ = PumpAsync(connection, client, server, isClient: true);
                _ = PumpAsync(connection, server, client, isClient: false);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PumpAsync(Connection connection, Socket from, Socket to, bool isClient)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var count)
            {
                if (isClient && connection.Swallows)
                {
                    Interlocked.Add(ref _swallowed, count);
                    _change.Release();
                }
                else
                {
                    await to.SendAsync(buffer.AsMemory(0, count));
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One side has closed the connection.
        }

        from.Dispose();
        to.Dispose();
    }

    private sealed record Connection(Socket Client, Socket Server)
    {
        public volatile bool Swallows;
    }
}
