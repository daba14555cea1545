using System.Text.RegularExpressions;

namespace Thanos.Matching;

/// <summary>The regular expressions of label matchers: those of RE2 as far as .NET reads them alike.</summary>
public static class LabelRegex
{
    // The promises of RE2, which its users count on: time linear in the input, hence neither lookaround nor backreferences.
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <summary>Lets expressions grow to the thousands of alternatives that dashboards write; call it before the first is made.</summary>
    public static void AllowLargeExpressions() => AppContext.SetData("REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE", 1_000_000);

    /// <summary>A regular expression that must match the whole value.</summary>
    /// <exception cref="FormatException">It is not a regular expression, or .NET would read it differently.</exception>
    public static Regex Whole(string pattern)
    {
        // Both are character classes that .NET takes for something else, and would silently not match.
        if (pattern.Contains("[:", StringComparison.Ordinal) || pattern.Contains("-[", StringComparison.Ordinal))
            throw new FormatException($"'{pattern}' has '[:' or '-[' in it, which is not supported. Write the characters out, as in [a-zA-Z], or escape the bracket.");

        try
        {
            _ = new Regex(pattern, Linear); // "a)|(b" is a regular expression only once it is wrapped.
            return new Regex($@"\A(?s:{pattern})\z", Linear);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"'{pattern}' is not a regular expression: {error.Message}", error);
        }
    }
}
