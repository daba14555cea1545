namespace Querier.Stores;

/// <summary>The maximum of what stores may send for one query. Zero means no limit.</summary>
/// <param name="Series">The number of series, label names or label values.</param>
/// <param name="Samples">The number of samples within the range of the query.</param>
/// <param name="Bytes">The size of all messages, decompressed.</param>
internal sealed record ResponseLimits(long Series, long Samples, long Bytes);
