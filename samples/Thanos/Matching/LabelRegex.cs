using System.Text.RegularExpressions;

namespace Thanos.Matching;

/// <summary>The regular expressions of label matchers: the syntax that RE2 and .NET interpret alike.</summary>
public static class LabelRegex
{
    // As in RE2: linear time, and therefore no lookaround and no backreferences.
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>Raises the size limit, because dashboards write thousands of alternatives. Call it before the first expression is created.</summary>
    public static void AllowLargeExpressions() => AppContext.SetData("REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE", 1_000_000);

    /// <summary>Creates a regular expression that must match the whole value.</summary>
    /// <exception cref="FormatException">The pattern is invalid, or .NET would interpret it differently from RE2.</exception>
    public static Regex Whole(string pattern)
    {
        // RE2 reads both as character classes. .NET interprets them differently, and would not match.
        if (pattern.Contains("[:", StringComparison.Ordinal) || pattern.Contains("-[", StringComparison.Ordinal))
            throw new FormatException($"'{pattern}' contains '[:' or '-[', which is not supported. List the characters, as in [a-zA-Z], or escape the bracket.");

        try
        {
            _ = new Regex(pattern, Linear); // "a)|(b" is valid only when it is wrapped: reject it.
            return new Regex($@"\A(?s:{pattern})\z", Linear);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"'{pattern}' is not a regular expression: {error.Message}", error);
        }
    }
}
