using System.Diagnostics;

namespace EndpointMtls.InteropTests.Support;

/// <summary>External programs that tests run: peers, and tools such as a compiler.</summary>
internal static class Peer
{
    /// <summary>Gets the path of a program. If it is missing, the test is skipped, or fails if CI=true.</summary>
    public static string Require(string program) => RequireOneOf(program);

    /// <summary>Gets the path of the first of these programs that is installed.</summary>
    public static string RequireOneOf(params string[] programs)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        var path = programs.SelectMany(program => folders, (program, folder) => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        if (path is null)
            Miss($"'{string.Join("' or '", programs)}' is not on the PATH.");
        return path!;
    }

    /// <summary>Requires Python with modules, as <see cref="Require"/> does.</summary>
    public static async Task RequirePythonAsync(params string[] modules)
    {
        var (code, _, error) = await TryRunAsync("python3", ["-c", $"import {string.Join(", ", modules)}"]);
        if (code != 0)
            Miss($"'python3' lacks one of {string.Join(", ", modules)}: {error.TrimEnd().Split('\n')[^1]}.");
    }

    /// <summary>Runs a program, asserts that its exit code is zero, and returns its output.</summary>
    /// <remarks>All methods kill a program that runs longer than <see cref="Eventually.Timeout"/>.</remarks>
    public static async Task<string> RunAsync(string program, string[] arguments, string input = "")
    {
        var (code, output, error) = await TryRunAsync(program, arguments, input);
        Assert.That(code, Is.Zero, $"{program} printed: {output}{error}");
        return output;
    }

    /// <summary>Runs a program, and returns whether its exit code is zero.</summary>
    public static async Task<bool> SucceedsAsync(string program, string[] arguments) =>
        (await TryRunAsync(program, arguments)).Code == 0;

    /// <summary>Runs a program, with any exit code.</summary>
    public static async Task<(int Code, string Output, string Error)> TryRunAsync(string program, string[] arguments, string input = "")
    {
        using var timeout = new CancellationTokenSource(Eventually.Timeout);
        using var process = Process.Start(new ProcessStartInfo(Require(program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var error = process.StandardError.ReadToEndAsync(timeout.Token);
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), timeout.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return (process.ExitCode, await output, await error);
    }

    /// <summary>Skips the test for a reason, or fails it if CI=true.</summary>
    public static void Miss(string what)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail($"{what} Install it where CI=true.");
        Assert.Ignore(what);
    }
}
