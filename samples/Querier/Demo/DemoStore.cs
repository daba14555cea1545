using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Thanos.CommandLine;

namespace Querier.Demo;

/// <summary>A store in a separate process. It is restarted after it was killed, and ends with this process, because its standard input closes.</summary>
internal sealed partial class DemoStore : IAsyncDisposable
{
    /// <summary>The time before a restart: long enough to see that the store is missing.</summary>
    public static readonly TimeSpan Absence = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(5);

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

    /// <summary>Whether it is discovered from a file, and not listed in its realm.</summary>
    public bool IsDiscovered => Cluster != Realm.Cluster;

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
        using var timeout = new CancellationTokenSource(ExitTimeout);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
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

    // If another program uses the port, the start is retried.
    private async Task RelaunchAsync(CancellationToken ending)
    {
        try
        {
            var (process, _) = await LaunchAsync(Realm, Cluster, Address, ending);
            using var gone = _process;
            _process = process;
            Console.WriteLine($"The store {Address} of {Realm.Name} was restarted: pid {process.Id}.");
        }
        catch (Exception error) when (error is StartupException or Win32Exception)
        {
            await Console.Error.WriteLineAsync($"{error.Message.TrimEnd('.')}. Retrying in {Absence.TotalSeconds:0} s.");
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

            // Ctrl-C also reaches the stores.
            cancellation.ThrowIfCancellationRequested();
            throw new StartupException($"The store of realm '{realm.Name}' did not start: {line ?? "it ended without output"}.");
        }
        catch
        {
            // It must end before the folder that it reads from is deleted.
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
            throw;
        }
    }

    // The runtime is in DOTNET/shared/Microsoft.NETCore.App/VERSION/.
    private static string FindDotnet() => Path.GetFullPath(Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    [GeneratedRegex(@"\AStoreNode listening on (\S+) ")]
    private static partial Regex Listening();
}
