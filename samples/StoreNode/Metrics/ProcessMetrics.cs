using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;

namespace StoreNode.Metrics;

/// <summary>The metrics of this process, with the names that Prometheus clients use.</summary>
internal sealed class ProcessMetrics : IDisposable
{
    private readonly Process _process = Process.GetCurrentProcess();
    private long _exceptions;

    public ProcessMetrics() => AppDomain.CurrentDomain.FirstChanceException += Count;

    public IEnumerable<Metric> Read()
    {
        _process.Refresh();

        yield return new("up", 1);
        yield return new("process_cpu_seconds_total", _process.TotalProcessorTime.TotalSeconds);
        yield return new("process_resident_memory_bytes", _process.WorkingSet64);
        yield return new("process_virtual_memory_bytes", _process.VirtualMemorySize64);
        yield return new("process_start_time_seconds", new DateTimeOffset(_process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        yield return new("process_threads", _process.Threads.Count);
        if (OperatingSystem.IsLinux())
            yield return new("process_open_fds", Directory.EnumerateFileSystemEntries("/proc/self/fd").Count());

        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
            yield return new("dotnet_gc_collections_total", GC.CollectionCount(generation), "generation", generation.ToString(CultureInfo.InvariantCulture));
        yield return new("dotnet_gc_heap_size_bytes", GC.GetTotalMemory(forceFullCollection: false));
        yield return new("dotnet_gc_allocated_bytes_total", GC.GetTotalAllocatedBytes());
        yield return new("dotnet_gc_pause_seconds_total", GC.GetTotalPauseDuration().TotalSeconds);
        yield return new("dotnet_threadpool_threads", ThreadPool.ThreadCount);
        yield return new("dotnet_threadpool_queue_length", ThreadPool.PendingWorkItemCount);
        yield return new("dotnet_threadpool_completed_items_total", ThreadPool.CompletedWorkItemCount);
        yield return new("dotnet_lock_contentions_total", Monitor.LockContentionCount);
        yield return new("dotnet_timers", Timer.ActiveCount);
        yield return new("dotnet_exceptions_total", Interlocked.Read(ref _exceptions));
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.FirstChanceException -= Count;
        _process.Dispose();
    }

    private void Count(object? sender, FirstChanceExceptionEventArgs exception) => Interlocked.Increment(ref _exceptions);
}
