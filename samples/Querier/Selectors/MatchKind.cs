namespace Querier.Selectors;

/// <summary>How a matcher compares: <c>=</c>, <c>!=</c>, <c>=~</c> and <c>!~</c>.</summary>
internal enum MatchKind
{
    Equal,
    NotEqual,
    Regex,
    NotRegex,
}
