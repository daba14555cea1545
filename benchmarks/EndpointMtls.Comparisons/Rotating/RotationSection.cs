using EndpointMtls.Comparisons.Measuring;
using EndpointMtls.Comparisons.Reporting;

namespace EndpointMtls.Comparisons.Rotating;

/// <summary>Runs rotations, and formats the results.</summary>
internal static class RotationSection
{
    private const int Channels = 1000;
    private const int ChannelsForCpu = 100;
    private const int CpuRounds = 5;

    public static async Task<Section> MeasureAsync(Extent extent, CancellationToken cancellation)
    {
        var rotations = new List<Rotation>();
        await using (var comparison = await RotationComparison.StartAsync(Channels, configure: null, cancellation))
        {
            if (extent.Rotations > 1)
            {
                await comparison.RotateAsync(extent.Calm, cancellation); // The first rotation is a warm-up.
            }

            for (var round = 0; round < extent.Rotations; round++)
            {
                rotations.Add(await comparison.RotateAsync(extent.Calm, cancellation));
            }
        }

        var cpu = new List<double>();
        await using (var comparison = await RotationComparison.StartAsync(ChannelsForCpu, tls => tls.RotationJitter = TimeSpan.Zero, cancellation))
        {
            await comparison.MeasureCpuAsync(cancellation);
            for (var round = 0; round < CpuRounds; round++)
            {
                cpu.Add((await comparison.MeasureCpuAsync(cancellation)).TotalMilliseconds);
            }
        }

        return Of(rotations, cpu);
    }

    private static Section Of(IReadOnlyList<Rotation> rotations, IReadOnlyList<double> cpu)
    {
        var table = new Table("rotation", "calls before", "calls during", "failed", "p99 before, ms", "p99 during, ms", "p99.9 before, ms", "p99.9 during, ms", "CPU before, µs/call", "CPU during, µs/call", "all renewed after, s");
        foreach (var (index, (failed, before, during, duration)) in rotations.Index())
        {
            table.Add(
                $"{index + 1}", $"{before.Calls:#,0}", $"{during.Calls:#,0}", $"{failed}", Figures.Of(before.P99 / 1000), Figures.Of(during.P99 / 1000), Figures.Of(before.P999 / 1000), Figures.Of(during.P999 / 1000),
                Figures.Of(before.Cpu), Figures.Of(during.Cpu), Figures.Of(duration.TotalSeconds));
        }

        return new Section(
            "Rotation",
            $"The client certificate of a realm with {Channels:#,0} channels, each to a separate port, is replaced while 32 callers use them in turn without a pause. "
            + "'During' is the time from writing the files until the server has seen the new certificate on all channels, with the default `rotation_jitter` of 30 s.\n\n" + table,
            [
                new Finding("rotation_failed_calls", "rotation under load, failed calls", Spread.Of([rotations.Sum(rotation => rotation.Failed)]), $"of {rotations.Sum(rotation => rotation.Before.Calls + rotation.During.Calls):#,0} in all")
                {
                    Unit = "",
                    Target = Bound.AtMost(0),
                },
                new Finding("rotation_p99_during_vs_before", "rotation under load, p99 during against before", Spread.OfRatios(rotations.Select(rotation => rotation.During.P99), rotations.Select(rotation => rotation.Before.P99)), "")
                {
                    Target = Bound.AtMost(2),
                },
                new Finding("rotation_p999_during_vs_before", "the same, p99.9", Spread.OfRatios(rotations.Select(rotation => rotation.During.P999), rotations.Select(rotation => rotation.Before.P999)), ""),
                new Finding("rotation_seconds", "rotation, until all channels use it", Spread.Of(rotations.Select(rotation => rotation.Duration.TotalSeconds)), "") { Unit = " s" },
                new Finding("rotation_cpu_ms_per_channel", "rotation, CPU of both sides together for each channel", Spread.Of(cpu), $"{ChannelsForCpu} channels, nothing else going on") { Unit = " ms" },
            ]);
    }
}
