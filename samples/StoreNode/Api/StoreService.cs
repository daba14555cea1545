using System.Text.RegularExpressions;
using Google.Protobuf.Collections;
using Grpc.Core;
using StoreNode.Storage;
using Thanos.Api;
using Thanos.Matching;

namespace StoreNode.Api;

/// <summary>The Thanos Store service: series, label names and label values.</summary>
internal sealed class StoreService(SeriesStore store) : Store.StoreBase
{
    private const int MaxMatchers = 100;

    public override async Task Series(SeriesRequest request, IServerStreamWriter<SeriesResponse> responseStream, ServerCallContext context)
    {
        if (request.Matchers.Count == 0)
            throw Invalid("The query must have at least one matcher, such as __name__=\"up\".");

        var series = Select(request.Matchers, request.MinTime, request.MaxTime, context.CancellationToken)
            .Select(found => (Labels: found.Labels.Without(request.WithoutReplicaLabels), found.Chunks))
            .OrderBy(found => found.Labels)
            .Select(found => new Series { Labels = { found.Labels.ToWire() }, Chunks = { request.SkipChunks ? [] : found.Chunks } });

        foreach (var frame in Frames(Limited(series, request.Limit), request.ResponseBatchSize))
            await responseStream.WriteAsync(frame, context.CancellationToken);
    }

    public override Task<LabelNamesResponse> LabelNames(LabelNamesRequest request, ServerCallContext context)
    {
        var names = Select(request.Matchers, request.Start, request.End, context.CancellationToken)
            .SelectMany(found => found.Labels.Names)
            .Except(request.WithoutReplicaLabels);
        return Task.FromResult(new LabelNamesResponse { Names = { Limited(names.Order(StringComparer.Ordinal), request.Limit) } });
    }

    public override Task<LabelValuesResponse> LabelValues(LabelValuesRequest request, ServerCallContext context)
    {
        if (request.Label.Length == 0)
            throw Invalid("The query for values must have the name of a label.");

        var values = Select(request.Matchers, request.Start, request.End, context.CancellationToken)
            .Select(found => found.Labels.Without(request.WithoutReplicaLabels)[request.Label])
            .Where(value => value.Length > 0)
            .Distinct();
        return Task.FromResult(new LabelValuesResponse { Values = { Limited(values.Order(StringComparer.Ordinal), request.Limit) } });
    }

    private List<(Labels Labels, IReadOnlyList<AggrChunk> Chunks)> Select(RepeatedField<LabelMatcher> matchers, long start, long end, CancellationToken cancellation)
    {
        if (matchers.Count > MaxMatchers)
            throw Invalid($"The query must have at most {MaxMatchers} matchers.");

        var limits = new RegexLimits();
        try
        {
            return [.. store.Select([.. matchers.Select(matcher => Matcher.Parse(matcher, limits))], TimeRange.OfRequest(start, end), cancellation)];
        }
        catch (FormatException error)
        {
            throw Invalid(error.Message);
        }
        catch (RegexMatchTimeoutException)
        {
            throw Invalid($"A regular expression took longer than {LabelRegex.Timeout.TotalSeconds:0} s for one value. Simplify it.");
        }
    }

    private static IEnumerable<SeriesResponse> Frames(IEnumerable<Series> series, long batchSize) => batchSize > 1
        ? series.Chunk((int)Math.Min(batchSize, 1000)).Select(batch => new SeriesResponse { Batch = new SeriesBatch { Series = { batch } } })
        : series.Select(single => new SeriesResponse { Series = single });

    private static IEnumerable<T> Limited<T>(IEnumerable<T> items, long limit) =>
        limit is > 0 and <= int.MaxValue ? items.Take((int)limit) : items;

    private static RpcException Invalid(string reason) => new(new Status(StatusCode.InvalidArgument, reason));
}
