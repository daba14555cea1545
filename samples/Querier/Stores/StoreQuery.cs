using Querier.Selectors;
using Thanos.Api;

namespace Querier.Stores;

/// <summary>A query for all stores: matchers, and start and end (inclusive) in milliseconds.</summary>
/// <remarks>The budget is shared by all queries of a request.</remarks>
internal sealed record StoreQuery(IReadOnlyList<Matcher> Matchers, long Start, long End, ResponseBudget Budget)
{
    public bool SkipChunks { get; init; }

    /// <summary>Whether to return an incomplete result with warnings. Otherwise a missing store is an error.</summary>
    public bool AllowsPartialResponse { get; init; } = true;

    public PartialResponseStrategy Strategy => AllowsPartialResponse ? PartialResponseStrategy.Warn : PartialResponseStrategy.Abort;
}
