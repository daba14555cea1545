namespace Querier.Evaluation;

/// <summary>From a time to another, both included, in steps; all in milliseconds.</summary>
internal readonly record struct EvaluationRange(long Start, long End, long Step);
