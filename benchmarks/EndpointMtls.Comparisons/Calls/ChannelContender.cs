using System.Diagnostics;
using EndpointMtls.Comparisons.Measuring;
using EndpointMtls.Comparisons.Serving;
using Grpc.Core;
using Grpc.Net.Client;

namespace EndpointMtls.Comparisons.Calls;

/// <summary>Calls through one channel of this process.</summary>
/// <param name="name">The name in the table.</param>
/// <param name="channel">The channel.</param>
/// <param name="owned">The objects to dispose with it.</param>
internal sealed class ChannelContender(string name, GrpcChannel channel, IAsyncDisposable? owned = null) : IContender
{
    private const int PayloadSize = 1024;

    private readonly CallInvoker _invoker = channel.CreateCallInvoker();
    private readonly byte[] _payload = new byte[PayloadSize];

    public string Name => name;

    public async Task<Load> RunAsync(int callers, TimeSpan duration, CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        var end = begun + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var all = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(end, cancellation), cancellation)));
        var elapsed = Stopwatch.GetElapsedTime(begun);
        var times = new Latencies(all.SelectMany(caller => caller.Ticks));
        return new Load(times.Count, all.Sum(caller => caller.Failed), elapsed, times.Microseconds(0.50), times.Microseconds(0.99));
    }

    /// <summary>The bytes that one call allocates on this side.</summary>
    public async Task<double> MeasureAllocationAsync(int calls)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var call = 0; call < calls; call++)
        {
            await CallAsync(CancellationToken.None);
        }

        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)calls;
    }

    public async ValueTask DisposeAsync()
    {
        if (owned is not null)
        {
            await owned.DisposeAsync();
        }
    }

    private async Task<(List<long> Ticks, long Failed)> CallAsync(long end, CancellationToken cancellation)
    {
        var (ticks, failed) = (new List<long>(), 0L);
        for (var begun = Stopwatch.GetTimestamp(); begun < end;)
        {
            try
            {
                await CallAsync(cancellation);
            }
            catch (RpcException)
            {
                failed++;
            }

            var now = Stopwatch.GetTimestamp();
            ticks.Add(now - begun);
            begun = now;
        }

        return (ticks, failed);
    }

    private async Task CallAsync(CancellationToken cancellation)
    {
        using var call = _invoker.AsyncUnaryCall(EchoMethods.Echo, host: null, new CallOptions(cancellationToken: cancellation), _payload);
        await call.ResponseAsync;
    }
}
