using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace EndpointMtls.Comparisons.Operating;

/// <summary>Something too short for a delegate: as a type of its own, the compiler can put it right into the loop.</summary>
internal interface IOperation
{
    object? Run();
}

/// <summary>What one operation costs.</summary>
/// <param name="Nanoseconds">How long it takes.</param>
/// <param name="Bytes">What it allocates.</param>
internal readonly record struct Cost(double Nanoseconds, double Bytes)
{
    private const int Batch = 4096;

    public static Task<Cost> OfAsync<T>(T operation, TimeSpan turn)
        where T : struct, IOperation
    {
        CollectRemains();
        var (count, bytes, begun) = (0L, GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        do
        {
            RunBatch(operation);
            count += Batch;
        }
        while (Stopwatch.GetElapsedTime(begun) < turn);
        return Task.FromResult(new Cost(Stopwatch.GetElapsedTime(begun).TotalNanoseconds / count, (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)count));
    }

    /// <summary>Of something that goes on on several threads.</summary>
    public static async Task<Cost> OfAsync(Func<Task> operation, TimeSpan turn)
    {
        CollectRemains();
        var (count, bytes, begun) = (0L, GC.GetTotalAllocatedBytes(precise: true), Stopwatch.GetTimestamp());
        do
        {
            await operation();
            count++;
        }
        while (Stopwatch.GetElapsedTime(begun) < turn);
        return new Cost(Stopwatch.GetElapsedTime(begun).TotalNanoseconds / count, (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)count);
    }

    // What others have left behind is not to be collected in the next one's turn.
    private static void CollectRemains()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    // On its own, and called often enough for the compiler to learn from it, as from what it is compared with.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunBatch<T>(T operation)
        where T : struct, IOperation
    {
        for (var index = 0; index < Batch; index++)
        {
            GC.KeepAlive(operation.Run());
        }
    }
}
