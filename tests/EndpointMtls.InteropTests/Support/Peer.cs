using System.Diagnostics;

namespace EndpointMtls.InteropTests.Support;

/// <summary>A program of somebody else's that we must agree with.</summary>
internal static class Peer
{
    /// <summary>The path of the program. Without it the test is skipped, or fails where CI=true promises that it is there.</summary>
    public static string Require(string program)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        var path = folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        if (path is null && Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail($"'{program}' is not on the PATH. Install it where CI=true.");
        if (path is null)
            Assert.Ignore($"'{program}' is not on the PATH.");
        return path!;
    }

    /// <summary>Runs the program to its end, which must be a good one, and returns what it wrote.</summary>
    public static async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(Require(program), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        Assert.That(process.ExitCode, Is.Zero, $"{program} said: {await output}{await error}");
        return await output;
    }
}
