namespace Querier.Selectors;

/// <summary>Names common PromQL features that this querier does not support, for error messages.</summary>
internal static class UnsupportedSyntax
{
    public static string Describe(ReadOnlySpan<char> rest, bool isFirst)
    {
        var word = rest[..Length(rest)];
        return rest switch
        {
            ['[', ..] => "range selectors and subqueries ('[...]') are not supported",
            ['(', ..] when isFirst => "parentheses are not supported",
            ['(', ..] => "functions and aggregations ('name(...)') are not supported",
            ['@', ..] => "the '@' modifier is not supported",
            ['"' or '\'' or '`', ..] when isFirst => "string literals are not supported",
            [(>= '0' and <= '9') or '.', ..] when isFirst => "number literals are not supported",
            ['+' or '-', ..] when isFirst => "the signs '+' and '-' are not supported",
            ['+' or '-' or '*' or '/' or '%' or '^' or '=' or '!' or '<' or '>', ..] => $"the operator '{rest[0]}' is not supported",
            _ when word is "offset" => "the 'offset' modifier is not supported",
            _ when word is "by" or "without" => "aggregations ('sum by (...)') are not supported",
            _ when word is "and" or "or" or "unless" or "atan2" => $"the operator '{word}' is not supported",
            [] => "expected a selector, found the end",
            _ => $"'{(word.Length > 0 ? word : rest[..1])}' was not expected",
        };
    }

    private static int Length(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExcept(Letters);
        return end < 0 ? text.Length : end;
    }

    private static readonly System.Buffers.SearchValues<char> Letters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz_0123456789");
}
