using System.Diagnostics;
using System.Globalization;

namespace EndpointMtls.InteropTests.Support;

/// <summary>What a terminal, or Kubernetes, sends to processes.</summary>
internal static class Signals
{
    public static Task TerminateAsync(int processId) => SendAsync("-TERM", processId);

    /// <summary>What closing the terminal sends.</summary>
    public static Task HangUpAsync(int processId) => SendAsync("-HUP", processId);

    /// <summary>Freezes the process: its connections stay open, and nothing answers.</summary>
    public static Task FreezeAsync(int processId) => SendAsync("-STOP", processId);

    public static Task ThawAsync(int processId) => SendAsync("-CONT", processId);

    public static bool IsRunning(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static async Task SendAsync(string signal, int processId)
    {
        using var kill = Process.Start("kill", [signal, processId.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
