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
        var vector = Limited(SelectorEvaluation.At(answer.Items, at), request.Limit)
            .Select(series => new { metric = QueryResult.Metric(series.Labels), value = QueryResult.Point(series.Samples[0]) });
        return ApiResponse.Success(new { resultType = "vector", result = vector }, answer.Warnings);
    }

    public async Task<ApiResponse> RangeAsync(ApiRequest request, CancellationToken cancellation)
    {
        var range = ReadRange(request);
        var answer = await SelectAsync(request, range, cancellation);
        var matrix = Limited(SelectorEvaluation.Over(answer.Items, range), request.Limit)
            .Select(series => new { metric = QueryResult.Metric(series.Labels), values = series.Samples.Select(QueryResult.Point) });
        return ApiResponse.Success(new { resultType = "matrix", result = matrix }, answer.Warnings);
    }

    private async Task<StoreAnswer<TimeSeries>> SelectAsync(ApiRequest request, EvaluationRange range, CancellationToken cancellation)
    {
        var query = request.StoreQuery(request.Selector("query"), SelectorEvaluation.EarliestFor(range.Start), range.End);
        var answer = await stores.SeriesAsync(query, cancellation);
        var merged = SeriesMerge.Merge(answer.Items);
        var replicaLabels = request.ReplicaLabels(options);
        return answer with { Items = replicaLabels.Count == 0 ? merged : Deduplication.Apply(merged, replicaLabels) };
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

    private static IEnumerable<TimeSeries> Limited(IReadOnlyList<TimeSeries> series, int limit) => limit > 0 ? series.Take(limit) : series;
}
