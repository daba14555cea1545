using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace EndpointMtls.Comparisons.Operating;

/// <summary>An operation that is too short for a delegate: the compiler inlines a struct type into the loop.</summary>
internal interface IOperation
{
    object? Run();
}

/// <summary>The cost of one operation.</summary>
/// <param name="Nanoseconds">The time in nanoseconds.</param>
/// <param name="Bytes">The allocated bytes.</param>
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

    /// <summary>Measures an operation that uses several threads.</summary>
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

    // Collect the garbage of other contenders before the turn.
    private static void CollectRemains()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    // A separate method, called often enough to be optimised, like the one that it is compared with.
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
