using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace EndpointMtls.InteropTests.Support;

/// <summary>A process that is killed when it is disposed.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private bool _isDisposed;

    private ChildProcess(string program, IEnumerable<string> arguments)
    {
        Process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        Process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        Process.ErrorDataReceived += (_, line) => _errors.Enqueue(line.Data ?? "");
    }

    public Process Process { get; }

    public string Output => string.Join('\n', _output);

    public string Errors => string.Join('\n', _errors);

    /// <summary>Starts a sample.</summary>
    public static ChildProcess StartSample(string sample, params string[] arguments) =>
        Start("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{sample}.dll"), .. arguments]);

    /// <summary>Starts a sample with its own folder for temporary files.</summary>
    public static ChildProcess StartSampleIn(string temporaryFolder, string sample, params string[] arguments) =>
        Start("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{sample}.dll"), .. arguments], temporaryFolder);

    /// <summary>Starts an external program; see <see cref="Peer.Require"/>.</summary>
    public static ChildProcess StartPeer(string program, params string[] arguments) => Start(Peer.Require(program), arguments);

    /// <summary>Starts a program.</summary>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, string? temporaryFolder = null)
    {
        var process = new ChildProcess(program, arguments);
        if (temporaryFolder is not null)
            process.Process.StartInfo.Environment["TMPDIR"] = temporaryFolder;
        process.Process.Start();
        process.Process.BeginOutputReadLine();
        process.Process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Waits until the output matches a pattern, and returns its first group.</summary>
    public async Task<string> ReadAsync(string pattern)
    {
        var match = await Eventually.Async(() => Task.FromResult(Regex.Match(Output, pattern)), candidate => candidate.Success || Process.HasExited);
        Assert.That(match.Success, Is.True, () => $"'{pattern}' was never written, but:\n{Output}\n{Errors}");
        return match.Groups[1].Value;
    }

    public Task TerminateAsync() => Signals.TerminateAsync(Process.Id);

    public async Task<int> WaitForExitAsync()
    {
        using var timeout = new CancellationTokenSource(Eventually.Timeout);
        await Process.WaitForExitAsync(timeout.Token);
        return Process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;

        if (!Process.HasExited)
        {
            Process.Kill(entireProcessTree: true);
            await WaitForExitAsync();
        }

        Process.Dispose();
    }
}
