using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Querier.Demo;

/// <summary>A store in a process of its own, started again a while after it was killed. It ends when its standard input closes, and so however this process ends.</summary>
internal sealed partial class DemoStore : IAsyncDisposable
{
    /// <summary>Long enough to see that it is missed.</summary>
    public static readonly TimeSpan Absence = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _ending = new();
    private readonly Task _care;
    private Process _process;

    private DemoStore(DemoRealm realm, string cluster, Process process, string address)
    {
        (Realm, Cluster, _process, Address) = (realm, cluster, process, address);
        _care = ReviveAsync(_ending.Token);
    }

    public DemoRealm Realm { get; }

    public string Cluster { get; }

    public string Address { get; }

    public int ProcessId => _process.Id;

    /// <summary>Whether it is found through a file, and not listed by its realm.</summary>
    public bool IsFound => Cluster != Realm.Cluster;

    public static async Task<DemoStore> StartAsync(DemoRealm realm, string cluster, CancellationToken cancellation)
    {
        var (process, address) = await LaunchAsync(realm, cluster, "127.0.0.1:0", cancellation);
        return new DemoStore(realm, cluster, process, address);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _care;
        _ending.Dispose();
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

    private async Task ReviveAsync(CancellationToken ending)
    {
        try
        {
            while (true)
            {
                await _process.WaitForExitAsync(ending);
                await Task.Delay(Absence, ending);
                await RelaunchAsync(ending);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    // Another program may have its port for the moment; then it is tried again.
    private async Task RelaunchAsync(CancellationToken ending)
    {
        try
        {
            var (process, _) = await LaunchAsync(Realm, Cluster, Address, ending);
            using var gone = _process;
            _process = process;
            Console.WriteLine($"The store {Address} of {Realm.Name} runs again: pid {process.Id}.");
        }
        catch (Exception error) when (error is StartupException or Win32Exception)
        {
            await Console.Error.WriteLineAsync($"{error.Message.TrimEnd('.')}. It is tried again in {Absence.TotalSeconds:0} s.");
        }
    }

    private static async Task<(Process Process, string Address)> LaunchAsync(DemoRealm realm, string cluster, string address, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(FindDotnet())
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "StoreNode.dll"),
                "--grpc-address", address, "--exit-with-stdin", "--label", $"cluster={cluster}",
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
                return (process, match.Groups[1].Value);

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

    // The runtime lies in DOTNET/shared/Microsoft.NETCore.App/VERSION/.
    private static string FindDotnet() => Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    [GeneratedRegex(@"\AStoreNode listening on (\S+) ")]
    private static partial Regex Listening();
}
