using System.Net;
using System.Net.Sockets;
using EndpointMtls.Tests.Support;

namespace EndpointMtls.InteropTests.Support;

/// <summary>A proxy that forwards HTTP/2 to one server, and terminates or originates TLS.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private ProxyProcess(ChildProcess process, int port) => (_process, Address) = (process, $"127.0.0.1:{port}");

    public string Address { get; }

    /// <summary>The number of the process, to send it signals.</summary>
    public int Id => _process.Process.Id;

    /// <summary>Starts a proxy that accepts plaintext, and connects with mTLS.</summary>
    /// <param name="program">HAProxy or nghttpx.</param>
    /// <param name="folder">The folder for the files of the proxy.</param>
    /// <param name="server">The address of a server with a certificate for localhost.</param>
    /// <param name="tls">The CA file of the server, and the identity of the proxy.</param>
    public static Task<ProxyProcess> OriginateTlsAsync(string program, TempFolder folder, string server, TlsOptions tls) => StartAsync(
        program,
        port => program == "nghttpx"
            ?
            [
                "--conf=/dev/null", $"--frontend=127.0.0.1,{port};no-tls", $"--backend={Comma(server)};;proto=h2;tls;sni=localhost",
                $"--cacert={tls.CaFile[0]}", $"--client-cert-file={tls.CertFile}", $"--client-private-key-file={tls.KeyFile}",
            ]
            : HaproxyArguments(
                folder,
                $"bind 127.0.0.1:{port} proto h2",
                $"server s {server} ssl alpn h2 verify required ca-file {tls.CaFile[0]} crt {IdentityOf(folder, tls)} sni str(localhost)"));

    /// <summary>Starts a proxy that accepts TLS, and connects in plaintext.</summary>
    public static Task<ProxyProcess> TerminateTlsAsync(string program, TempFolder folder, string server, TlsOptions tls) => StartAsync(
        program,
        port => program == "nghttpx"
            ? ["--conf=/dev/null", $"--frontend=127.0.0.1,{port}", $"--backend={Comma(server)};;proto=h2", tls.KeyFile!, tls.CertFile!]
            : HaproxyArguments(folder, $"bind 127.0.0.1:{port} ssl crt {IdentityOf(folder, tls)} alpn h2", $"server s {server} proto h2"));

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    /// <summary>Starts a proxy, and waits until it listens.</summary>
    /// <param name="program">The program.</param>
    /// <param name="argumentsOf">Returns its arguments for a port.</param>
    public static async Task<ProxyProcess> StartAsync(string program, Func<int, string[]> argumentsOf)
    {
        Peer.Require(program);
        var port = FindFreePort();
        var process = ChildProcess.StartPeer(program, argumentsOf(port));
        var isListening = await Eventually.Async(() => AcceptsAsync(port), accepts => accepts || process.Process.HasExited);
        Assert.That(isListening, Is.True, () => $"{program} does not listen, but printed:\n{process.Output}\n{process.Errors}");
        return new ProxyProcess(process, port);
    }

    private static string[] HaproxyArguments(TempFolder folder, string bind, string server) =>
    [
        "-db", "-f", folder.Write("haproxy.cfg", $"""
            defaults
              mode http
              timeout connect 10s
              timeout client 1m
              timeout server 1m

            listen proxy
              {bind}
              {server}

            """),
    ];

    // HAProxy reads the certificate and its key from one file.
    private static string IdentityOf(TempFolder folder, TlsOptions tls) =>
        folder.Write("identity.pem", File.ReadAllText(tls.CertFile!) + File.ReadAllText(tls.KeyFile!));

    private static string Comma(string address) => address.Replace(':', ',');

    private static async Task<bool> AcceptsAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
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
