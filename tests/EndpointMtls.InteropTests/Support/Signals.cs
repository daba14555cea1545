using System.Diagnostics;
using System.Globalization;

namespace EndpointMtls.InteropTests.Support;

/// <summary>Sends signals to processes, as terminals and Kubernetes do.</summary>
internal static class Signals
{
    public static Task TerminateAsync(int processId) => SendAsync("-TERM", processId);

    /// <summary>Sends the signal of a closed terminal.</summary>
    public static Task HangUpAsync(int processId) => SendAsync("-HUP", processId);

    /// <summary>Stops the process: its connections stay open, and it does not respond.</summary>
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
