using Querier.Api;
using Thanos.Chunks;

namespace Querier.Evaluation;

/// <summary>What a selector yields at a time: of each series the latest sample, if it is fresh enough.</summary>
internal static class SelectorEvaluation
{
    public static readonly TimeSpan LookBack = TimeSpan.FromMinutes(5);

    // The one NaN, of the many there are, with which Prometheus marks that a series has ended.
    private const long StaleMarker = 0x7FF0000000000002;

    // As many as Prometheus loads for a query, unless it is told otherwise.
    private const long MostSamples = 50_000_000;

    public static IReadOnlyList<TimeSeries> At(IEnumerable<TimeSeries> series, long time, CancellationToken cancellation = default) =>
        Over(series, new EvaluationRange(time, time, 1), cancellation);

    /// <exception cref="ApiException">There would be too many samples.</exception>
    public static IReadOnlyList<TimeSeries> Over(IEnumerable<TimeSeries> series, EvaluationRange range, CancellationToken cancellation = default)
    {
        var evaluated = new List<TimeSeries>();
        var samples = 0L;
        foreach (var one in series)
        {
            cancellation.ThrowIfCancellationRequested();
            var result = new TimeSeries(one.Labels, [.. Evaluate(one.Samples, range)]);
            samples += result.Samples.Count;
            if (samples > MostSamples)
                throw ApiException.Execution("the result has more than 50,000,000 samples; make \"step\" larger, the range shorter, or the selector narrower");
            if (result.Samples.Count > 0)
                evaluated.Add(result);
        }

        return evaluated;
    }

    /// <summary>The samples that an evaluation of the range can see.</summary>
    public static long EarliestFor(long start) => start - (long)LookBack.TotalMilliseconds + 1;

    private static IEnumerable<Sample> Evaluate(IReadOnlyList<Sample> samples, EvaluationRange range)
    {
        var next = 0;
        for (var time = range.Start; time <= range.End; time += range.Step)
        {
            while (next < samples.Count && samples[next].Timestamp <= time)
                next++;
            if (next > 0 && samples[next - 1].Timestamp >= EarliestFor(time) && !IsStale(samples[next - 1].Value))
                yield return new Sample(time, samples[next - 1].Value);
        }
    }

    private static bool IsStale(double value) => BitConverter.DoubleToInt64Bits(value) == StaleMarker;
}
