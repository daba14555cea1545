using Querier.Selectors;
using Querier.Stores;

namespace Querier.Api;

/// <summary><c>/api/v1/labels</c>, <c>/api/v1/label/{name}/values</c> and <c>/api/v1/series</c>.</summary>
internal sealed class LabelApi(StoreFanout stores, QuerierOptions options)
{
    private const string Match = "match[]";

    public async Task<ApiResponse> NamesAsync(ApiRequest request, CancellationToken cancellation)
    {
        var answers = await QueryAsync(request, query => stores.LabelNamesAsync(query, cancellation), cancellation);
        return Respond(answers, names => Sorted(names.Except(request.ReplicaLabels(options))), request.Limit);
    }

    public async Task<ApiResponse> ValuesAsync(ApiRequest request, CancellationToken cancellation)
    {
        var answers = await QueryAsync(request, query => stores.LabelValuesAsync(request.Route("name"), query, cancellation), cancellation);
        return Respond(answers, Sorted, request.Limit);
    }

    public async Task<ApiResponse> SeriesAsync(ApiRequest request, CancellationToken cancellation)
    {
        if (request.All(Match).Count == 0)
            throw ApiException.BadData($"parameter \"{Match}\" is missing: a query for series needs at least one");

        var replicaLabels = request.ReplicaLabels(options);
        var answers = await QueryAsync(request, query => stores.SeriesAsync(query with { SkipChunks = true }, cancellation), cancellation);
        return Respond(
            answers,
            series => series.Select(one => one.Labels.Without(replicaLabels)).Distinct().Order().Select(QueryResult.Metric),
            request.Limit);
    }

    // The result of several selectors is the union of their results.
    private Task<StoreAnswer<T>[]> QueryAsync<T>(ApiRequest request, Func<StoreQuery, Task<StoreAnswer<T>>> query, CancellationToken cancellation)
    {
        var (start, end) = (request.Time("start", long.MinValue), request.Time("end", long.MaxValue));
        if (end < start)
            throw ApiException.BadData("parameter \"end\": the end must not be before the start");

        var selectors = request.Selectors(Match, cancellation);
        IEnumerable<IReadOnlyList<Matcher>> requested = selectors.Count == 0 ? [[]] : selectors;
        var budget = ResponseBudget.OfQuery(options.QueryLimits);
        return Task.WhenAll(requested.Select(matchers => query(request.StoreQuery(matchers, start, end, budget))));
    }

    private static ApiResponse Respond<T, TResult>(StoreAnswer<T>[] answers, Func<IEnumerable<T>, IEnumerable<TResult>> merge, int limit)
    {
        var merged = merge(answers.SelectMany(answer => answer.Items)).ToList();
        var warnings = answers.SelectMany(answer => answer.Warnings);
        var isTruncated = limit > 0 && merged.Count > limit;
        return ApiResponse.Success(
            isTruncated ? merged.Take(limit) : merged,
            isTruncated ? warnings.Append("results truncated due to limit") : warnings);
    }

    private static IEnumerable<string> Sorted(IEnumerable<string> texts) => texts.Distinct().Order(StringComparer.Ordinal);
}
