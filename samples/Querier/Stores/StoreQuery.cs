using Querier.Selectors;
using Thanos.Api;

namespace Querier.Stores;

/// <summary>A query for all stores: matchers, and start and end (inclusive) in milliseconds.</summary>
internal sealed record StoreQuery(IReadOnlyList<Matcher> Matchers, long Start, long End)
{
    public bool SkipChunks { get; init; }

    /// <summary>Whether to return an incomplete result with warnings. Otherwise a missing store is an error.</summary>
    public bool AllowsPartialResponse { get; init; } = true;

    public PartialResponseStrategy Strategy => AllowsPartialResponse ? PartialResponseStrategy.Warn : PartialResponseStrategy.Abort;
}
