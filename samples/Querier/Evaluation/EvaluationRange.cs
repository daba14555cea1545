namespace Querier.Evaluation;

/// <summary>The times of an evaluation: start, end (inclusive) and step, in milliseconds.</summary>
internal readonly record struct EvaluationRange(long Start, long End, long Step);
