using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Querier.Demo;

/// <summary>A store in a process of its own. It ends when its standard input closes, and so however this process ends.</summary>
internal sealed partial class DemoStore : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;

    private DemoStore(DemoRealm realm, Process process, string address) =>
        (Realm, _process, Address) = (realm, process, address);

    public DemoRealm Realm { get; }

    public string Address { get; }

    public int ProcessId => _process.Id;

    public static async Task<DemoStore> StartAsync(DemoRealm realm, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(FindDotnet())
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "StoreNode.dll"),
                "--grpc-address", "127.0.0.1:0", "--exit-with-stdin", "--label", $"cluster={realm.Cluster}",
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in realm.Tls?.StoreArguments ?? [])
            start.ArgumentList.Add(argument);

        var process = Process.Start(start)!;
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(cancellation);
            if (line is not null && Listening().Match(line) is { Success: true } match)
                return new DemoStore(realm, process, match.Groups[1].Value);

            // A Ctrl-C reaches the stores, too.
            cancellation.ThrowIfCancellationRequested();
            throw new StartupException($"The store of realm '{realm.Name}' did not start: {line ?? "it ended without a word"}.");
        }
        catch
        {
            // It must be gone before the folder it reads from is.
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    // The runtime lies in DOTNET/shared/Microsoft.NETCore.App/VERSION/.
    private static string FindDotnet() => Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    [GeneratedRegex(@"\AStoreNode listening on (\S+) ")]
    private static partial Regex Listening();
}
