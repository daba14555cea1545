using EndpointMtls;
using Google.Protobuf.Collections;
using Grpc.Core;
using Querier.Api;
using Querier.Evaluation;
using Thanos.Api;

namespace Querier.Stores;

/// <summary>Queries all stores that may have matching series concurrently, and merges their results.</summary>
internal sealed class StoreFanout(IEndpointSet set, QuerierOptions options)
{
    public Task<StoreAnswer<TimeSeries>> SeriesAsync(StoreQuery query, CancellationToken cancellation) => QueryAsync<TimeSeries>(
        query,
        async (endpoint, timeout, budget, warn) =>
        {
            var request = new SeriesRequest
            {
                MinTime = query.Start,
                MaxTime = query.End,
                Matchers = { query.Matchers.Select(matcher => matcher.ToWire()) },
                Aggregates = { Aggr.Raw },
                PartialResponseStrategy = query.Strategy,
                SkipChunks = query.SkipChunks,
            };
            using var call = endpoint.Client.Series(request, cancellationToken: timeout.Token);
            var series = new List<TimeSeries>();
            for (timeout.Restart(); await call.ResponseStream.MoveNext(timeout.Token); timeout.Restart())
            {
                var frame = call.ResponseStream.Current;
                budget.AddMessage(frame.CalculateSize());
                budget.AddSeries(SeriesOf(frame).Count);
                if (frame.ResultCase == SeriesResponse.ResultOneofCase.Warning)
                    warn(frame.Warning);
                foreach (var one in SeriesOf(frame))
                    Decode(one);
            }

            return series;

            // A malformed series does not affect the others.
            void Decode(Series one)
            {
                try
                {
                    series.Add(SeriesDecoder.Decode(one, query.Start, query.End, budget.AddSamples));
                }
                catch (InvalidDataException exception)
                {
                    warn($"{exception.Message}.");
                }
            }
        },
        cancellation);

    public Task<StoreAnswer<string>> LabelNamesAsync(StoreQuery query, CancellationToken cancellation) => QueryAsync<string>(
        query,
        async (endpoint, timeout, budget, warn) =>
        {
            timeout.Restart();
            var request = new LabelNamesRequest
            {
                Start = query.Start,
                End = query.End,
                Matchers = { query.Matchers.Select(matcher => matcher.ToWire()) },
                PartialResponseStrategy = query.Strategy,
            };
            var answer = await endpoint.Client.LabelNamesAsync(request, cancellationToken: timeout.Token);
            budget.AddMessage(answer.CalculateSize());
            budget.AddSeries(answer.Names.Count);
            answer.Warnings.ToList().ForEach(warn);
            return answer.Names;
        },
        cancellation);

    public Task<StoreAnswer<string>> LabelValuesAsync(string label, StoreQuery query, CancellationToken cancellation) => QueryAsync<string>(
        query,
        async (endpoint, timeout, budget, warn) =>
        {
            timeout.Restart();
            var request = new LabelValuesRequest
            {
                Label = label,
                Start = query.Start,
                End = query.End,
                Matchers = { query.Matchers.Select(matcher => matcher.ToWire()) },
                PartialResponseStrategy = query.Strategy,
            };
            var answer = await endpoint.Client.LabelValuesAsync(request, cancellationToken: timeout.Token);
            budget.AddMessage(answer.CalculateSize());
            budget.AddSeries(answer.Values.Count);
            answer.Warnings.ToList().ForEach(warn);
            return answer.Values;
        },
        cancellation);

    private async Task<StoreAnswer<T>> QueryAsync<T>(
        StoreQuery query, Call<T> call, CancellationToken cancellation)
    {
        var candidates = set.Current.Endpoints.Select(endpoint => new StoreEndpoint(endpoint))
            .Where(endpoint => endpoint.MayMatch(query.Matchers, query.Start, query.End, cancellation)).ToLookup(endpoint => endpoint.Endpoint.IsUsed);
        var answers = await Task.WhenAll(candidates[true].Select(endpoint => QueryOneAsync(endpoint, query.Budget.OfStore(options.StoreLimits), call, cancellation)));
        var warnings = answers.SelectMany(answer => answer.Warnings).ToList();
        if (!query.AllowsPartialResponse && warnings.Count > 0)
            throw ApiException.Execution(string.Join(' ', warnings));

        // These stores are not required, so the response is not partial. The warnings still name them.
        warnings.AddRange(candidates[false].Select(ExplainNotQueried));
        return new([.. answers.SelectMany(answer => answer.Items)], warnings);
    }

    private async Task<(IReadOnlyList<T> Items, IReadOnlyList<string> Warnings)> QueryOneAsync<T>(
        StoreEndpoint endpoint, ResponseBudget budget, Call<T> call, CancellationToken cancellation)
    {
        using var timeout = new ResponseTimeout(options.ResponseTimeout, cancellation);
        var warnings = new StoreWarnings(endpoint);
        try
        {
            return (await call(endpoint, timeout, budget, warnings.Add), warnings.ToList());
        }
        catch (Exception) when (timeout.HasElapsed)
        {
            return Without($"it sent nothing for {options.ResponseTimeout.TotalSeconds:0.###} s (--store.response-timeout).");
        }
        catch (ResponseLimitException exception)
        {
            return Without($"{exception.Message}. Its data is left out.");
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested && exception is RpcException or IOException)
        {
            budget.Return();
            return ([], [StoreFailure.From(endpoint, exception).MessageWithReason]);
        }

        (IReadOnlyList<T> Items, IReadOnlyList<string> Warnings) Without(string reason)
        {
            budget.Return();
            return ([], [$"Endpoint '{endpoint.Address}' of realm '{endpoint.Realm}': {reason}"]);
        }
    }

    private static string ExplainNotQueried(StoreEndpoint endpoint) => endpoint.ErrorWithReason is { } error
        ? $"{error} It is not strict, so it was not queried."
        : $"Endpoint '{endpoint.Address}' of realm '{endpoint.Realm}': it has not been probed yet, so it was not queried.";

    private static RepeatedField<Series> SeriesOf(SeriesResponse frame) => frame.ResultCase switch
    {
        SeriesResponse.ResultOneofCase.Series => [frame.Series],
        SeriesResponse.ResultOneofCase.Batch => frame.Batch.Series,
        _ => [],
    };

    /// <summary>Calls one store. It counts what it receives, and reports warnings.</summary>
    private delegate Task<IReadOnlyList<T>> Call<T>(StoreEndpoint endpoint, ResponseTimeout timeout, ResponseBudget budget, Action<string> warn);
}
