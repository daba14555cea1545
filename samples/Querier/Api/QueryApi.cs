using Querier.Evaluation;
using Querier.Stores;

namespace Querier.Api;

/// <summary><c>/api/v1/query</c> and <c>/api/v1/query_range</c>, for plain selectors.</summary>
internal sealed class QueryApi(StoreFanout stores, QuerierOptions options, TimeProvider time)
{
    private const long MostPoints = 11_000;

    public async Task<ApiResponse> InstantAsync(ApiRequest request, CancellationToken cancellation)
    {
        var at = request.Time("time", time.GetUtcNow().ToUnixTimeMilliseconds());
        var answer = await SelectAsync(request, new EvaluationRange(at, at, 1), cancellation);
        var (series, warnings) = Limited(SelectorEvaluation.At(answer.Items, at, cancellation), answer.Warnings, request.Limit);
        var vector = series.Select(one => new { metric = QueryResult.Metric(one.Labels), value = QueryResult.Point(one.Samples[0]) });
        return ApiResponse.Success(new { resultType = "vector", result = vector }, warnings);
    }

    public async Task<ApiResponse> RangeAsync(ApiRequest request, CancellationToken cancellation)
    {
        var range = ReadRange(request);
        var answer = await SelectAsync(request, range, cancellation);
        var (series, warnings) = Limited(SelectorEvaluation.Over(answer.Items, range, options.QueryLimits.Samples, cancellation), answer.Warnings, request.Limit);
        var matrix = series.Select(one => new { metric = QueryResult.Metric(one.Labels), values = one.Samples.Select(QueryResult.Point) });
        return ApiResponse.Success(new { resultType = "matrix", result = matrix }, warnings);
    }

    private async Task<StoreAnswer<TimeSeries>> SelectAsync(ApiRequest request, EvaluationRange range, CancellationToken cancellation)
    {
        if (request.Optional("lookback_delta") is not null)
            throw ApiException.BadData($"parameter \"lookback_delta\": not supported; it is always {SelectorEvaluation.LookBack.TotalMinutes:0}m");
        var query = request.StoreQuery(request.Selector("query", cancellation), SelectorEvaluation.EarliestFor(range.Start), range.End, ResponseBudget.OfQuery(options.QueryLimits));
        var answer = await stores.SeriesAsync(query, cancellation);
        var merged = SeriesMerge.Merge(answer.Items, cancellation);
        var replicaLabels = request.ReplicaLabels(options);
        return answer with { Items = replicaLabels.Count == 0 ? merged : Deduplication.Apply(merged, replicaLabels, cancellation) };
    }

    private static EvaluationRange ReadRange(ApiRequest request)
    {
        var (start, end) = (request.RequiredTime("start"), request.RequiredTime("end"));
        if (end < start)
            throw ApiException.BadData("parameter \"end\": the end must not be before the start");

        if (request.Optional("step") is null)
            throw ApiRequest.Missing("step");
        var step = (long)request.Duration("step", default).TotalMilliseconds;
        if (step <= 0)
            throw ApiException.BadData("parameter \"step\": the step must be at least one millisecond");
        if ((end - start) / step > MostPoints)
            throw ApiException.BadData("the range has more than 11,000 points per series; make \"step\" larger, or the range shorter");
        return new EvaluationRange(start, end, step);
    }

    private static (IEnumerable<TimeSeries> Series, IEnumerable<string> Warnings) Limited(IReadOnlyList<TimeSeries> series, IEnumerable<string> warnings, int limit) =>
        limit > 0 && series.Count > limit ? (series.Take(limit), warnings.Append("results truncated due to limit")) : (series, warnings);
}
