using Querier.Selectors;
using Thanos.Api;

namespace Querier.Stores;

/// <summary>What to ask of every store that may hold an answer; times in milliseconds, both included.</summary>
internal sealed record StoreQuery(IReadOnlyList<Matcher> Matchers, long Start, long End)
{
    public bool SkipChunks { get; init; }

    /// <summary>Whether an incomplete answer, with warnings, is better than none.</summary>
    public bool AllowsPartialResponse { get; init; } = true;

    public PartialResponseStrategy Strategy => AllowsPartialResponse ? PartialResponseStrategy.Warn : PartialResponseStrategy.Abort;
}
