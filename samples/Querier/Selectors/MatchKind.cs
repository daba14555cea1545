namespace Querier.Selectors;

/// <summary>The operator of a matcher: <c>=</c>, <c>!=</c>, <c>=~</c> and <c>!~</c>.</summary>
internal enum MatchKind
{
    Equal,
    NotEqual,
    Regex,
    NotRegex,
}
