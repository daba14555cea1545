using System.Globalization;

namespace EndpointMtls.Comparisons.Serving;

/// <summary>The server of all contenders.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private ServerProcess(ChildProcess process, int plaintextPort, IReadOnlyList<int> tlsPorts) =>
        (_process, PlaintextPort, TlsPorts) = (process, plaintextPort, tlsPorts);

    public int PlaintextPort { get; }

    public IReadOnlyList<int> TlsPorts { get; }

    /// <param name="folder">The folder of <c>server.crt</c>, <c>server.key</c> and <c>ca.crt</c>.</param>
    /// <param name="ports">The number of TLS ports.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    public static async Task<ServerProcess> StartAsync(string folder, int ports, CancellationToken cancellation)
    {
        var process = ChildProcess.Start("serve", folder, ports.ToString(CultureInfo.InvariantCulture));
        var all = (await process.ReadLineAsync(cancellation)).Split(' ').Select(port => int.Parse(port, CultureInfo.InvariantCulture)).ToArray();
        return new ServerProcess(process, all[0], all[1..]);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
