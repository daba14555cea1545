using Thanos.Chunks;

namespace Querier.Evaluation;

/// <summary>A series with its samples, in strictly increasing time order.</summary>
internal sealed record TimeSeries(SeriesLabels Labels, IReadOnlyList<Sample> Samples);
