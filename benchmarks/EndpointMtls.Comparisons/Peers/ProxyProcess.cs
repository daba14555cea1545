using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Comparisons.Peers;

/// <summary>A local proxy that accepts plaintext HTTP/2 and forwards it over mutual TLS, like a sidecar.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    /// <summary>The name that the server's certificate must have. A name, because the proxies do not verify IP addresses.</summary>
    public const string ServerName = "localhost";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);

    private readonly Child _child;

    private ProxyProcess(string version, int port, Child child) => (Version, Port, _child) = (version, port, child);

    /// <summary>The name and version, for example "nginx 1.22.1".</summary>
    public string Version { get; }

    /// <summary>The port for plaintext HTTP/2 on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Starts a proxy with arguments for a port, and waits until it listens.</summary>
    public static async Task<ProxyProcess> StartAsync(string version, Tool tool, Func<int, string[]> configure, CancellationToken cancellation)
    {
        var port = FindFreePort();
        var proxy = new ProxyProcess(version, port, Child.StartKept(tool, configure(port)));
        try
        {
            await proxy.WaitAsync(cancellation);
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private async Task WaitAsync(CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        while (!_child.HasExited && !timeout.IsCancellationRequested)
        {
            if (await AcceptsAsync(cancellation))
                return;
            await Task.Delay(Pause, cancellation);
        }

        throw new PeerMissingException(_child.HasExited
            ? $"{Version} ended immediately after its start: {await _child.ReadErrorsAsync()}"
            : $"{Version} accepted no connection within {StartTimeout.TotalSeconds} s");
    }

    private async Task<bool> AcceptsAsync(CancellationToken cancellation)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port, cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
