using System.Diagnostics;

namespace EndpointMtls.Comparisons.Serving;

/// <summary>This program in a separate process, so that its work is measured separately. It ends when its input ends.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public static ChildProcess Start(params string[] arguments)
    {
        // With 'dotnet EndpointMtls.Comparisons.dll', the process is 'dotnet', so the program is an argument.
        var isHosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        string[] all = isHosted ? [Environment.GetCommandLineArgs()[0], .. arguments] : arguments;
        return new ChildProcess(Process.Start(new ProcessStartInfo(Environment.ProcessPath!, all) { RedirectStandardInput = true, RedirectStandardOutput = true })!);
    }

    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    public async Task<string> ReadLineAsync(CancellationToken cancellation) =>
        await _process.StandardOutput.ReadLineAsync(cancellation) ?? throw new IOException($"'{string.Join(' ', _process.StartInfo.ArgumentList)}' failed. See its output above.");

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
