using System.Diagnostics;

namespace EndpointMtls.InteropTests.Support;

/// <summary>A program of somebody else's that we must agree with.</summary>
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
    public static async Task RequirePythonAsync(string[] modules, CancellationToken cancellation)
    {
        var (code, _, error) = await TryRunAsync("python3", ["-c", $"import {string.Join(", ", modules)}"], input: "", cancellation);
        if (code != 0)
            Miss($"'python3' lacks one of {string.Join(", ", modules)}: {error.TrimEnd().Split('\n')[^1]}.");
    }

    /// <summary>Runs the program to its end, which must be a good one, and returns what it wrote.</summary>
    public static Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellation) => RunAsync(program, arguments, input: "", cancellation);

    /// <summary>The same for a program that reads its standard input.</summary>
    public static async Task<string> RunAsync(string program, string[] arguments, string input, CancellationToken cancellation)
    {
        var (code, output, error) = await TryRunAsync(program, arguments, input, cancellation);
        Assert.That(code, Is.Zero, $"{program} said: {output}{error}");
        return output;
    }

    /// <summary>Runs the program to its end, and says whether that was a good one.</summary>
    public static async Task<bool> SucceedsAsync(string program, string[] arguments, CancellationToken cancellation) =>
        (await TryRunAsync(program, arguments, input: "", cancellation)).Code == 0;

    /// <summary>Runs the program to its end, whether that is a good one or not.</summary>
    public static async Task<(int Code, string Output, string Error)> TryRunAsync(string program, string[] arguments, string input, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(Require(program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellation);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellation);
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
