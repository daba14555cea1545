using System.Diagnostics;

namespace EndpointMtls.Tests.Soak;

/// <summary>The handles and the memory of this process.</summary>
internal sealed record Resources(int Handles, long Memory)
{
    public static Resources Measure()
    {
        for (var round = 0; round < 3; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        using var process = Process.GetCurrentProcess();
        return new Resources(process.HandleCount, GC.GetTotalMemory(forceFullCollection: true));
    }

    public override string ToString() => $"{Handles} handles and {Memory >> 10:N0} KiB";
}
