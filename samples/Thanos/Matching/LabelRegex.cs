using System.Text.RegularExpressions;
using Thanos.Text;

namespace Thanos.Matching;

/// <summary>A regular expression of a label matcher, in the syntax that RE2 and .NET interpret alike. It matches whole values.</summary>
public sealed class LabelRegex
{
    // As in RE2: linear time, and therefore no lookaround and no backreferences.
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private readonly Predicate<string> _isMatch;

    // Dashboards write hundreds of names with unescaped dots. The default of 10,000 is too small for them.
    static LabelRegex() => AppContext.SetData("REGEX_NONBACKTRACKING_MAX_AUTOMATA_SIZE", 30_000);

    private LabelRegex(Predicate<string> isMatch) => _isMatch = isMatch;

    /// <summary>The maximum time to match one value.</summary>
    public static TimeSpan Timeout { get; } = TimeSpan.FromSeconds(1);

    /// <exception cref="RegexMatchTimeoutException">The match took longer than <see cref="Timeout"/>.</exception>
    public bool IsMatch(string value) => _isMatch(value);

    /// <summary>Creates a regular expression within the limits.</summary>
    /// <exception cref="FormatException">The pattern is invalid or too large, or .NET would interpret it differently from RE2.</exception>
    internal static LabelRegex Parse(string pattern, RegexLimits limits)
    {
        // Dashboards write thousands of alternatives, for which the time to create a regular expression grows with the square.
        if (LiteralAlternatives.TryRead(pattern) is { } literals)
            return new(literals.Contains);

        limits.Check(pattern);
        try
        {
            return new(new Regex($@"\A(?s:{pattern})\z", Linear, Timeout).IsMatch);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw Invalid(pattern, Describe(error), error);
        }
    }

    internal static FormatException Invalid(string pattern, string reason, Exception? cause = null) =>
        new($"'{Snippet.Of(pattern, 60)}' is not a regular expression: {Snippet.Of(reason)}", cause);

    private static string Describe(Exception error)
    {
        if (error.Message.Contains("automata", StringComparison.Ordinal))
            return "expression too large. Simplify it; a list of literals may be longer.";
        if (error is not RegexParseException parse)
            return error.Message;

        // Without the pattern, which may be long.
        var position = $" at offset {parse.Offset}. ";
        var end = error.Message.LastIndexOf(position, StringComparison.Ordinal);
        return end < 0 ? error.Message : error.Message[(end + position.Length)..];
    }
}
