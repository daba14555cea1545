using System.Diagnostics;

namespace EndpointMtls.Tests.Support;

/// <summary>The <c>dotnet</c> command in a process of its own.</summary>
internal static class DotnetCommand
{
    /// <summary>Runs the command until it exits, asserts that it succeeded, and returns its output.</summary>
    /// <param name="timeout">After this time the command is killed and the test fails. Choose it for a loaded machine.</param>
    /// <param name="arguments">The arguments of <c>dotnet</c>.</param>
    public static async Task<string> RunAsync(TimeSpan timeout, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true };

        // A test run inherits these from the SDK that started it; the new process must find its own.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(timeout);
        await using var kill = limit.Token.Register(() => process.Kill(entireProcessTree: true));
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None); // Ends when the process does.
        await process.WaitForExitAsync(CancellationToken.None);
        Assert.That(process.ExitCode, Is.Zero, limit.IsCancellationRequested ? $"Killed after {timeout}. {output}" : output);
        return output;
    }
}
