using EndpointMtls.Comparisons.Measuring;

namespace EndpointMtls.Comparisons.Calls;

/// <summary>Measures the same call in each way to reach the server.</summary>
internal sealed class CallsComparison(Extent extent, IReadOnlyList<IContender> contenders, CancellationToken cancellation)
{
    private const int Callers = 32;
    private const int CallsToWeigh = 2000;

    /// <summary>Warms up, so that the compiler optimises the hot paths.</summary>
    public static async Task WarmUpAsync(IEnumerable<IContender> some, Extent extent, CancellationToken cancellation)
    {
        foreach (var one in some)
        {
            await one.RunAsync(Callers, extent.WarmUp, cancellation);
            await one.RunAsync(1, extent.WarmUp / 4, cancellation);
        }
    }

    /// <summary>Measures in turns, with one caller and with 32 callers.</summary>
    public Task<IReadOnlyList<CallCost>> RunAsync() => MeasureAsync(contenders, extent.Rounds, extent.Turn);

    /// <summary>Measures two similar contenders in many short turns.</summary>
    public Task<IReadOnlyList<CallCost>> RunCloseAsync(IContender ours, IContender theirs) =>
        MeasureAsync([ours, theirs], extent.CloseRounds, extent.CloseTurn);

    /// <summary>Measures the bytes that a call allocates.</summary>
    public async Task<IReadOnlyList<double>[]> WeighAsync(params ChannelContender[] two) =>
        await Rounds.RunAsync(extent.Rounds, [.. two.Select(one => (Func<Task<double>>)(() => one.MeasureAllocationAsync(CallsToWeigh)))], cancellation);

    private async Task<IReadOnlyList<CallCost>> MeasureAsync(IReadOnlyList<IContender> some, int rounds, TimeSpan turn)
    {
        var alone = await Rounds.RunAsync(rounds, [.. some.Select(one => (Func<Task<Load>>)(() => one.RunAsync(1, turn, cancellation)))], cancellation);
        var crowd = await Rounds.RunAsync(rounds, [.. some.Select(one => (Func<Task<Crowd>>)(() => MeasureCrowdAsync(one, turn)))], cancellation);
        return [.. some.Select((one, index) => new CallCost(
            one.Name,
            [.. alone[index].Select(load => load.P50Microseconds)],
            [.. alone[index].Select(load => load.P99Microseconds)],
            [.. crowd[index].Select(turn => turn.Load.Calls / turn.Load.Elapsed.TotalSeconds)],
            [.. crowd[index].Select(turn => turn.Cpu.TotalMicroseconds / turn.Load.Calls)],
            alone[index].Sum(load => load.Failed) + crowd[index].Sum(turn => turn.Load.Failed)))];
    }

    private async Task<Crowd> MeasureCrowdAsync(IContender contender, TimeSpan turn)
    {
        var before = ProcessTree.CpuTime();
        var load = await contender.RunAsync(Callers, turn, cancellation);
        return new Crowd(load, ProcessTree.CpuTime() - before);
    }

    private sealed record Crowd(Load Load, TimeSpan Cpu);
}

/// <summary>The cost of a call in one way, by round.</summary>
/// <param name="Name">The name of the way.</param>
/// <param name="P50">The median latency in microseconds, with one caller.</param>
/// <param name="P99">The 99th percentile of the latency in microseconds, with one caller.</param>
/// <param name="Throughput">Calls per second with 32 callers.</param>
/// <param name="Cpu">The CPU time per call in microseconds, of all processes: client, server and proxy.</param>
/// <param name="Failed">The number of failed calls.</param>
internal sealed record CallCost(string Name, IReadOnlyList<double> P50, IReadOnlyList<double> P99, IReadOnlyList<double> Throughput, IReadOnlyList<double> Cpu, long Failed);
