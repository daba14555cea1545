using System.Net;
using System.Net.Sockets;

namespace EndpointMtls.Comparisons.Peers;

/// <summary>A proxy on this machine that takes plaintext HTTP/2 and makes mutual TLS of it, as people run one beside each service.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    /// <summary>The name that the server's certificate must be valid for: a name, because the proxies compare no addresses.</summary>
    public const string ServerName = "localhost";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Child _child;

    private ProxyProcess(string version, int port, Child child) => (Version, Port, _child) = (version, port, child);

    /// <summary>Its name and version, as in "nginx 1.22.1".</summary>
    public string Version { get; }

    /// <summary>Where it takes plaintext HTTP/2, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Starts a proxy with the arguments that make it listen on a port, and waits until it does.</summary>
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
        using var patience = new CancellationTokenSource(Patience);
        while (!_child.HasExited && !patience.IsCancellationRequested)
        {
            if (await AcceptsAsync(cancellation))
                return;
            await Task.Delay(Pause, cancellation);
        }

        throw new PeerMissingException(_child.HasExited
            ? $"{Version} ended as soon as it was started: {await _child.ComplainAsync()}"
            : $"{Version} accepted no connection within {Patience.TotalSeconds} s");
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
