using System.Reflection;
using EndpointMtls.Benchmarks;
using EndpointMtls.Comparisons.Calls;
using EndpointMtls.Comparisons.Holding;
using EndpointMtls.Comparisons.Measuring;
using EndpointMtls.Comparisons.Operating;
using EndpointMtls.Comparisons.Reporting;
using EndpointMtls.Comparisons.Rotating;
using EndpointMtls.Comparisons.Scaling;
using Grpc.Net.Client;

namespace EndpointMtls.Comparisons;

/// <summary>One run: measures all parts, one at a time, and returns the results.</summary>
/// <param name="extent">How long to measure.</param>
/// <param name="only">The parts to measure; none for all.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class ComparisonRun(Extent extent, IReadOnlyCollection<string> only, TimeProvider timeProvider)
{
    public static IReadOnlyList<string> Parts { get; } = ["calls", "lookups", "handshakes", "opening", "rotation", "memory", "loading", "scaling"];

    public async Task<Page> RunAsync(CancellationToken cancellation)
    {
        var operating = new OperatingComparison(extent, cancellation);
        var (versions, sections) = (new List<string> { $"Grpc.Net.Client {typeof(GrpcChannel).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}" }, new List<Section>());
        await AddAsync("calls", () => CallsRun.RunAsync(extent, versions, cancellation));
        await AddAsync("lookups", async () => OperatingSections.OfLookups(await operating.RunLookupsAsync()));
        await AddAsync("handshakes", async () => OperatingSections.OfHandshakes(await operating.RunHandshakesAsync(KeyKind.Ec), await operating.RunHandshakesAsync(KeyKind.Rsa)));
        await AddAsync("opening", async () => OperatingSections.OfOpening(await operating.RunOpeningAsync()));
        await AddAsync("rotation", () => RotationSection.MeasureAsync(extent, cancellation));
        await AddAsync("memory", () => HoldingComparison.RunAsync(extent, cancellation));
        await AddAsync("loading", async () => OperatingSections.OfLoading(await operating.RunLoadingAsync()), isExtra: true);
        await AddAsync("scaling", () => ScalingComparison.RunAsync(extent.Scale, cancellation), isExtra: true);
        return new Page(extent, timeProvider.GetUtcNow(), versions, sections);

        async Task AddAsync(string name, Func<Task<Section>> measure, bool isExtra = false)
        {
            if (only.Count > 0 ? !only.Contains(name) : isExtra && !extent.IsWhole)
            {
                return;
            }

            var begun = timeProvider.GetTimestamp();
            try
            {
                sections.Add(await measure());
                await Console.Error.WriteLineAsync($"{name}: measured in {timeProvider.GetElapsedTime(begun).TotalSeconds:0} s");
            }
            catch (Exception exception) when (!cancellation.IsCancellationRequested)
            {
                // The results of the other parts are kept.
                sections.Add(new Section($"{name} (missing)", $"It could not be measured: {exception.Message}\n", []) { IsMissing = true });
                await Console.Error.WriteLineAsync($"{name}: {exception}");
            }
        }
    }
}
