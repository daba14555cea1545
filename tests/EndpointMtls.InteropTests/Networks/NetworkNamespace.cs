using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using EndpointMtls.InteropTests.Support;
using Microsoft.Win32.SafeHandles;

namespace EndpointMtls.InteropTests.Networks;

/// <summary>A network namespace of Linux with a link to this one. Packets that arrive in it can be dropped. Needs root.</summary>
/// <remarks>It belongs to a child process, which ends with the test process, also if that is killed. The kernel then removes the rest.</remarks>
internal sealed class NetworkNamespace : IAsyncDisposable
{
    private const int NetworkType = 0x40000000; // CLONE_NEWNET

    // 198.18.0.0/16 is reserved for tests (RFC 2544). Test processes that run at the same time use other subnets.
    private static readonly string Subnet = $"198.18.{Environment.ProcessId % 256}.{Environment.ProcessId / 256 % 16 * 16}";

    private readonly ChildProcess _process;

    private NetworkNamespace(ChildProcess process) => _process = process;

    private string Id => $"{_process.Process.Id}";

    private string Link => $"mtls{Id}";

    public static async Task<NetworkNamespace> CreateAsync()
    {
        Array.ForEach(["ip", "iptables", "nsenter"], tool => Peer.Require(tool));
        var (code, _, error) = await Peer.TryRunAsync("unshare", ["--net", "true"]);
        if (code != 0)
            Assert.Ignore($"This machine does not permit network namespaces: {error.TrimEnd()}."); // also in CI: nothing can be installed

        var created = new NetworkNamespace(ChildProcess.StartPeer("unshare", "--net", "sh", "-c", "echo ready; exec cat"));
        try
        {
            await created._process.ReadAsync("(ready)");
            await Peer.RunAsync("ip", ["link", "add", created.Link, "type", "veth", "peer", "name", "peer", "netns", created.Id]);
            await Peer.RunAsync("ip", ["address", "add", $"{AddressOf(-1)}/28", "dev", created.Link]);
            await Peer.RunAsync("ip", ["link", "set", created.Link, "up"]);
            await created.RunAsync("ip", "address", "add", $"{AddressOf(0)}/28", "dev", "peer");
            await created.RunAsync("ip", "address", "add", $"{AddressOf(1)}/28", "dev", "peer");
            await created.RunAsync("ip", "link", "set", "peer", "up");
            return created;
        }
        catch
        {
            await created.DisposeAsync();
            throw;
        }
    }

    /// <summary>One of the two addresses in the namespace.</summary>
    public static IPAddress AddressOf(int index)
    {
        var bytes = IPAddress.Parse(Subnet).GetAddressBytes();
        bytes[3] += (byte)(index + 2);
        return new IPAddress(bytes);
    }

    /// <summary>Creates a socket in the namespace.</summary>
    public Socket Bind(EndPoint endPoint)
    {
        var bound = new TaskCompletionSource<Socket>();

        // A thread enters the namespace, and ends in it.
        new Thread(() =>
        {
            try
            {
                using var network = File.OpenHandle($"/proc/{Id}/ns/net");
                if (SetNamespace(network, NetworkType) != 0)
                    throw new InvalidOperationException(Marshal.GetLastPInvokeErrorMessage());
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(endPoint);
                bound.SetResult(socket);
            }
            catch (Exception exception)
            {
                bound.SetException(exception);
            }
        }).Start();
        return bound.Task.GetAwaiter().GetResult();
    }

    /// <summary>Drops the packets between a server and one port of its clients, in both directions.</summary>
    /// <param name="server">A server in the namespace.</param>
    /// <param name="clientPort">The port; <see langword="null"/> for all ports.</param>
    public Task DropAsync(IPEndPoint server, int? clientPort = null) => DropAsync("-A", server, clientPort);

    /// <summary>Drops no packets of a server any more.</summary>
    public Task RestoreAsync(IPEndPoint server) => DropAsync("-D", server, null);

    /// <summary>Answers the packets from one port to a server with a TCP reset.</summary>
    public Task ResetAsync(IPEndPoint server, int clientPort) =>
        FilterAsync("-A", "INPUT", server, clientPort, "REJECT", "--reject-with", "tcp-reset");

    public async ValueTask DisposeAsync()
    {
        // Sockets whose last packets are dropped keep the namespace for minutes.
        await Peer.TryRunAsync("ip", ["link", "delete", Link]);
        await _process.DisposeAsync();
    }

    private async Task DropAsync(string command, IPEndPoint server, int? clientPort)
    {
        await FilterAsync(command, "INPUT", server, clientPort, "DROP");
        await FilterAsync(command, "OUTPUT", server, clientPort, "DROP");
    }

    private Task<string> FilterAsync(string command, string chain, IPEndPoint server, int? clientPort, params string[] target)
    {
        var (address, port, otherPort) = chain == "INPUT" ? ("--destination", "--dport", "--sport") : ("--source", "--sport", "--dport");
        string[] client = clientPort is null ? [] : [otherPort, $"{clientPort}"];
        return RunAsync(
            "iptables",
            ["--wait", command, chain, "--protocol", "tcp", address, $"{server.Address}", port, $"{server.Port}", .. client, "--jump", .. target]);
    }

    private Task<string> RunAsync(string program, params string[] arguments) => Peer.RunAsync("nsenter", ["--target", Id, "--net", program, .. arguments]);

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static extern int SetNamespace(SafeFileHandle network, int type);
}
