namespace Querier.Stores;

/// <summary>Counts what stores send for one query, up to the limits. Thread-safe.</summary>
internal sealed class ResponseBudget
{
    // What a message takes in memory and on the wire, even if it is empty.
    private const int MessageOverhead = 64;

    private readonly Lock _lock = new();
    private readonly ResponseLimits _limits;
    private readonly string _option;
    private readonly ResponseBudget? _query;
    private long _series;
    private long _samples;
    private long _bytes;

    private ResponseBudget(ResponseLimits limits, string option, ResponseBudget? query) => (_limits, _option, _query) = (limits, option, query);

    /// <summary>Creates the budget of a query, for all its stores.</summary>
    public static ResponseBudget OfQuery(ResponseLimits limits) => new(limits, "--query.limits", null);

    /// <summary>Creates the budget of one store, which also counts for the query.</summary>
    public ResponseBudget OfStore(ResponseLimits limits) => new(limits, "--store.limits", this);

    /// <exception cref="ResponseLimitException">The limit is exceeded.</exception>
    public void AddSeries(long count) => Add(series: count);

    /// <exception cref="ResponseLimitException">The limit is exceeded.</exception>
    public void AddSamples(long count) => Add(samples: count);

    /// <exception cref="ResponseLimitException">The limit is exceeded.</exception>
    public void AddMessage(long size) => Add(bytes: size + MessageOverhead);

    /// <summary>Returns what this store has used to the query, because its data is not used.</summary>
    public void Return() => _query?.Subtract(this);

    // What exceeds a limit is not counted, so that it does not affect the other stores.
    private void Add(long series = 0, long samples = 0, long bytes = 0)
    {
        lock (_lock)
        {
            Check(_series + series, _limits.Series, "series", "series, label names or label values");
            Check(_samples + samples, _limits.Samples, "samples", "samples");
            Check(_bytes + bytes, _limits.Bytes, "response-size", "bytes");
            _query?.Add(series, samples, bytes);
            (_series, _samples, _bytes) = (_series + series, _samples + samples, _bytes + bytes);
        }
    }

    private void Subtract(ResponseBudget store)
    {
        lock (_lock)
            (_series, _samples, _bytes) = (_series - store._series, _samples - store._samples, _bytes - store._bytes);
    }

    private void Check(long used, long limit, string name, string things)
    {
        if (limit > 0 && used > limit)
        {
            throw new ResponseLimitException(FormattableString.Invariant(
                $"{(_query is null ? "with it, all stores" : "it")} sent more than {limit:N0} {things} ({_option}.{name})"));
        }
    }
}
