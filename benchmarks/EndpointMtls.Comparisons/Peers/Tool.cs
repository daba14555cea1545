using System.ComponentModel;
using System.Diagnostics;

namespace EndpointMtls.Comparisons.Peers;

/// <summary>An installed program.</summary>
internal sealed record Tool(string Path)
{
    public const string Remedy = "run benchmarks/EndpointMtls.Comparisons/install-peers.sh";

    // Servers are installed in folders that only the PATH of root contains.
    private static readonly string[] Elsewhere = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/usr/local/go/bin", "/usr/lib/go/bin"];

    /// <summary>Finds the program on the PATH, or in the usual folders.</summary>
    public static Tool Find(string name)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(System.IO.Path.PathSeparator) ?? [];
        var path = folders.Concat(Elsewhere).Select(folder => System.IO.Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        return path is null ? throw new PeerMissingException($"{name} is not installed; {Remedy}") : new Tool(path);
    }

    /// <summary>Runs the program, requires exit code 0, and returns its output.</summary>
    public async Task<string> RunAsync(string[] arguments, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Start(start);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        try
        {
            await process.WaitForExitAsync(cancellation);
            var written = (await output + await errors).Trim();
            return process.ExitCode == 0 ? written : throw new PeerMissingException($"'{Path} {string.Join(' ', arguments)}' failed: {written}");
        }
        finally
        {
            // After a cancellation, end the program.
            process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>The same, with an empty environment.</summary>
    public Task<string> RunAsync(string argument, CancellationToken cancellation) => RunAsync([argument], new Dictionary<string, string>(), cancellation);

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new PeerMissingException($"'{start.FileName}' cannot be started ({exception.NativeErrorCode}); {Remedy}", exception);
        }
    }
}
