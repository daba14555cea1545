using System.Diagnostics;

namespace EndpointMtls.Comparisons.Serving;

/// <summary>This program again, in a process of its own so that its work can be told apart. It ends when its input does.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public static ChildProcess Start(params string[] arguments)
    {
        // Started as 'dotnet EndpointMtls.Comparisons.dll', the program is not the process.
        var isHosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        string[] all = isHosted ? [Environment.GetCommandLineArgs()[0], .. arguments] : arguments;
        return new ChildProcess(Process.Start(new ProcessStartInfo(Environment.ProcessPath!, all) { RedirectStandardInput = true, RedirectStandardOutput = true })!);
    }

    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    public async Task<string> ReadLineAsync(CancellationToken cancellation) =>
        await _process.StandardOutput.ReadLineAsync(cancellation) ?? throw new IOException($"'{string.Join(' ', _process.StartInfo.ArgumentList)}' failed; what it wrote stands above.");

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
