using System.Diagnostics;

namespace Samples.Tests.Support;

/// <summary>Starts a sample as a child process, and sends signals to it.</summary>
internal static class SampleProcess
{
    public static Process Start(string sample, params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{sample}.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    /// <summary>Reads the line that a sample prints when it listens.</summary>
    /// <returns>The word after "listening on".</returns>
    public static async Task<string> ReadAddressAsync(this Process process, CancellationToken cancellation) =>
        (await process.StandardOutput.ReadLineAsync(cancellation))!.Split(' ')[3];

    /// <param name="process">The process.</param>
    /// <param name="signal">The name of the signal, such as INT.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task SignalAsync(this Process process, string signal, CancellationToken cancellation)
    {
        using var kill = Process.Start("kill", ["-s", signal, $"{process.Id}"]);
        await kill.WaitForExitAsync(cancellation);
        kill.ExitCode.Should().Be(0);
    }
}
