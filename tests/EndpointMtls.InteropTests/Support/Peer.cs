using System.Diagnostics;

namespace EndpointMtls.InteropTests.Support;

/// <summary>The programs of others that tests run: peers to agree with, and tools such as a compiler.</summary>
internal static class Peer
{
    /// <summary>The path of the program. Without it the test is skipped, or fails where CI=true promises that it is there.</summary>
    public static string Require(string program) => RequireOneOf(program);

    /// <summary>The path of the first of these programs that there is.</summary>
    public static string RequireOneOf(params string[] programs)
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        var path = programs.SelectMany(program => folders, (program, folder) => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
        if (path is null)
            Miss($"'{string.Join("' or '", programs)}' is not on the PATH.");
        return path!;
    }

    /// <summary>The same for Python and modules of it.</summary>
    public static async Task RequirePythonAsync(params string[] modules)
    {
        var (code, _, error) = await TryRunAsync("python3", ["-c", $"import {string.Join(", ", modules)}"]);
        if (code != 0)
            Miss($"'python3' lacks one of {string.Join(", ", modules)}: {error.TrimEnd().Split('\n')[^1]}.");
    }

    /// <summary>Runs the program to its end, which must be a good one, and returns what it wrote.</summary>
    /// <remarks>Like all methods here, it ends a program that takes longer than <see cref="Eventually.Patience"/>.</remarks>
    public static async Task<string> RunAsync(string program, string[] arguments, string input = "")
    {
        var (code, output, error) = await TryRunAsync(program, arguments, input);
        Assert.That(code, Is.Zero, $"{program} said: {output}{error}");
        return output;
    }

    /// <summary>Runs the program to its end, and says whether that was a good one.</summary>
    public static async Task<bool> SucceedsAsync(string program, string[] arguments) =>
        (await TryRunAsync(program, arguments)).Code == 0;

    /// <summary>Runs the program to its end, whether that is a good one or not.</summary>
    public static async Task<(int Code, string Output, string Error)> TryRunAsync(string program, string[] arguments, string input = "")
    {
        using var timeout = new CancellationTokenSource(Eventually.Patience);
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

    private static void Miss(string what)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail($"{what} Install it where CI=true.");
        Assert.Ignore(what);
    }
}
