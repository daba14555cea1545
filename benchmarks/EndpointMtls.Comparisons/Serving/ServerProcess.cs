using System.Globalization;

namespace EndpointMtls.Comparisons.Serving;

/// <summary>The server that all call.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private ServerProcess(ChildProcess process, int plaintextPort, IReadOnlyList<int> tlsPorts) =>
        (_process, PlaintextPort, TlsPorts) = (process, plaintextPort, tlsPorts);

    public int PlaintextPort { get; }

    public IReadOnlyList<int> TlsPorts { get; }

    /// <param name="folder">Where its certificate is: <c>server.crt</c>, <c>server.key</c> and <c>ca.crt</c>.</param>
    /// <param name="ports">On how many ports it speaks TLS.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task<ServerProcess> StartAsync(string folder, int ports, CancellationToken cancellation)
    {
        var process = ChildProcess.Start("serve", folder, ports.ToString(CultureInfo.InvariantCulture));
        var all = (await process.ReadLineAsync(cancellation)).Split(' ').Select(port => int.Parse(port, CultureInfo.InvariantCulture)).ToArray();
        return new ServerProcess(process, all[0], all[1..]);
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
