using EndpointMtls;
using Google.Protobuf.Collections;
using Grpc.Core;
using Querier.Api;
using Querier.Evaluation;
using Thanos.Api;

namespace Querier.Stores;

/// <summary>Asks all stores that may hold an answer at once, and gathers what they say.</summary>
internal sealed class StoreFanout(IEndpointSet set, QuerierOptions options)
{
    public Task<StoreAnswer<TimeSeries>> SeriesAsync(StoreQuery query, CancellationToken cancellation) => AskAsync<TimeSeries>(
        query,
        async (endpoint, pace, warn) =>
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
            using var call = endpoint.Client.Series(request, cancellationToken: pace.Token);
            var series = new List<TimeSeries>();
            for (pace.Restart(); await call.ResponseStream.MoveNext(pace.Token); pace.Restart())
            {
                var frame = call.ResponseStream.Current;
                if (frame.ResultCase == SeriesResponse.ResultOneofCase.Warning)
                    warn(frame.Warning);
                foreach (var one in SeriesOf(frame))
                    Decode(one);
            }

            return series;

            // One that cannot be read is missed alone.
            void Decode(Series one)
            {
                try
                {
                    series.Add(SeriesDecoder.Decode(one, query.Start, query.End));
                }
                catch (InvalidDataException exception)
                {
                    warn($"{exception.Message}.");
                }
            }
        },
        cancellation);

    public Task<StoreAnswer<string>> LabelNamesAsync(StoreQuery query, CancellationToken cancellation) => AskAsync<string>(
        query,
        async (endpoint, pace, warn) =>
        {
            pace.Restart();
            var request = new LabelNamesRequest
            {
                Start = query.Start,
                End = query.End,
                Matchers = { query.Matchers.Select(matcher => matcher.ToWire()) },
                PartialResponseStrategy = query.Strategy,
            };
            var answer = await endpoint.Client.LabelNamesAsync(request, cancellationToken: pace.Token);
            answer.Warnings.ToList().ForEach(warn);
            return answer.Names;
        },
        cancellation);

    public Task<StoreAnswer<string>> LabelValuesAsync(string label, StoreQuery query, CancellationToken cancellation) => AskAsync<string>(
        query,
        async (endpoint, pace, warn) =>
        {
            pace.Restart();
            var request = new LabelValuesRequest
            {
                Label = label,
                Start = query.Start,
                End = query.End,
                Matchers = { query.Matchers.Select(matcher => matcher.ToWire()) },
                PartialResponseStrategy = query.Strategy,
            };
            var answer = await endpoint.Client.LabelValuesAsync(request, cancellationToken: pace.Token);
            answer.Warnings.ToList().ForEach(warn);
            return answer.Values;
        },
        cancellation);

    private async Task<StoreAnswer<T>> AskAsync<T>(
        StoreQuery query, Func<StoreEndpoint, ResponsePace, Action<string>, Task<IReadOnlyList<T>>> ask, CancellationToken cancellation)
    {
        var candidates = set.Current.Endpoints.Select(endpoint => new StoreEndpoint(endpoint))
            .Where(endpoint => endpoint.MayHold(query.Matchers, query.Start, query.End)).ToLookup(endpoint => endpoint.Endpoint.IsUsed);
        var answers = await Task.WhenAll(candidates[true].Select(endpoint => AskOneAsync(endpoint, ask, cancellation)));
        var warnings = answers.SelectMany(answer => answer.Warnings).ToList();
        if (!query.AllowsPartialResponse && warnings.Count > 0)
            throw ApiException.Execution(string.Join(' ', warnings));

        // Nobody expects these to answer, so they do not make the answer partial; but nobody should wonder either.
        warnings.AddRange(candidates[false].Select(WhyNotAsked));
        return new([.. answers.SelectMany(answer => answer.Items)], warnings);
    }

    private async Task<(IReadOnlyList<T> Items, IReadOnlyList<string> Warnings)> AskOneAsync<T>(
        StoreEndpoint endpoint, Func<StoreEndpoint, ResponsePace, Action<string>, Task<IReadOnlyList<T>>> ask, CancellationToken cancellation)
    {
        using var pace = new ResponsePace(options.ResponseTimeout, cancellation);
        var warnings = new List<string>();
        try
        {
            return (await ask(endpoint, pace, warning => warnings.Add($"Endpoint '{endpoint.Address}' of realm '{endpoint.Realm}': {warning}")), warnings);
        }
        catch (Exception) when (pace.IsTooSlow)
        {
            return ([], [$"Endpoint '{endpoint.Address}' of realm '{endpoint.Realm}': it sent nothing for {options.ResponseTimeout.TotalSeconds:0.###} s (--store.response-timeout)."]);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested && exception is RpcException or IOException)
        {
            return ([], [StoreFailure.From(endpoint, exception).Headed]);
        }
    }

    private static string WhyNotAsked(StoreEndpoint endpoint) => endpoint.HeadedError is { } error
        ? $"{error} It is not strict, so it was not asked."
        : $"Endpoint '{endpoint.Address}' of realm '{endpoint.Realm}': it has not been probed yet, so it was not asked.";

    private static RepeatedField<Series> SeriesOf(SeriesResponse frame) => frame.ResultCase switch
    {
        SeriesResponse.ResultOneofCase.Series => [frame.Series],
        SeriesResponse.ResultOneofCase.Batch => frame.Batch.Series,
        _ => [],
    };
}
