using Querier.Api;
using Thanos.Chunks;

namespace Querier.Evaluation;

/// <summary>Evaluates a selector: the latest sample of each series within the look-back delta.</summary>
internal static class SelectorEvaluation
{
    public static readonly TimeSpan LookBack = TimeSpan.FromMinutes(5);

    // The NaN value that Prometheus uses as a stale marker: the series has ended.
    private const long StaleMarker = 0x7FF0000000000002;

    public static IReadOnlyList<TimeSeries> At(IEnumerable<TimeSeries> series, long time, CancellationToken cancellation = default) =>
        Over(series, new EvaluationRange(time, time, 1), maxSamples: 0, cancellation);

    /// <param name="series">The series.</param>
    /// <param name="range">The times.</param>
    /// <param name="maxSamples">The maximum number of samples of the result; zero for no limit.</param>
    /// <param name="cancellation">Ends the evaluation.</param>
    /// <exception cref="ApiException">The result has too many samples.</exception>
    public static IReadOnlyList<TimeSeries> Over(IEnumerable<TimeSeries> series, EvaluationRange range, long maxSamples, CancellationToken cancellation = default)
    {
        var evaluated = new List<TimeSeries>();
        var samples = 0L;
        foreach (var one in series)
        {
            cancellation.ThrowIfCancellationRequested();
            var result = new TimeSeries(one.Labels, [.. Evaluate(one.Samples, range)]);
            samples += result.Samples.Count;
            if (maxSamples > 0 && samples > maxSamples)
                throw ApiException.Execution(FormattableString.Invariant($"the result has more than {maxSamples:N0} samples (--query.limits.samples); increase \"step\", shorten the range, or add matchers"));
            if (result.Samples.Count > 0)
                evaluated.Add(result);
        }

        return evaluated;
    }

    /// <summary>Returns the earliest time of a sample that an evaluation at <paramref name="start"/> can use.</summary>
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
