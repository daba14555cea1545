using Thanos.Chunks;

namespace Querier.Evaluation;

/// <summary>A series and its samples, in order of time, one at a time.</summary>
internal sealed record TimeSeries(SeriesLabels Labels, IReadOnlyList<Sample> Samples);
