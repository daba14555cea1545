using System.Globalization;
using System.Text.RegularExpressions;
using Thanos.Text;

namespace Thanos.Matching;

/// <summary>The limits of the regular expressions of one request. Not thread-safe.</summary>
/// <remarks>
/// Depth and repetitions are limited as in Go. The other limits keep the time and the memory of .NET low: both grow with the square of
/// the length and of the number of different characters. Lists of literals have no limit, because they need no regular expression.
/// </remarks>
public sealed partial class RegexLimits
{
    private const int MaxExpressions = 20;
    private const int MaxLength = 10_000;
    private const int MaxDepth = 1_000;
    private const int MaxRepetitions = 1_000;
    private const int MaxCharacters = 128;

    private int _expressions;

    /// <summary>Creates a regular expression that must match the whole value.</summary>
    /// <exception cref="FormatException">The pattern is invalid or too large, or .NET would interpret it differently from RE2.</exception>
    public LabelRegex Parse(string pattern) => LabelRegex.Parse(pattern, this);

    /// <exception cref="FormatException">The pattern exceeds a limit.</exception>
    internal void Check(string pattern)
    {
        if (pattern.Length > MaxLength)
            throw LabelRegex.Invalid(pattern, "expression too large. Shorten it to 10,000 characters; a list of literals may be longer.");

        // RE2 reads both as character classes. .NET interprets them differently, and would not match.
        if (pattern.Contains("[:", StringComparison.Ordinal) || pattern.Contains("-[", StringComparison.Ordinal))
        {
            throw new FormatException(
                $"'{Snippet.Of(pattern, 60)}' contains '[:' or '-[', which is not supported. List the characters, as in [a-zA-Z], or escape the bracket.");
        }

        if (++_expressions > MaxExpressions)
            throw new FormatException($"there are more than {MaxExpressions} regular expressions. Remove some; lists of literals do not count.");

        CheckTokens(pattern);
    }

    // Each group multiplies the repetitions within it, so (a{100}){100} counts as 10,000.
    private static void CheckTokens(string pattern)
    {
        var characters = new HashSet<string>(StringComparer.Ordinal);
        var outer = new Stack<int>();
        var (most, last) = (1, 1);
        var isInClass = false;
        foreach (var token in Token().EnumerateMatches(pattern))
        {
            var text = pattern.AsSpan(token.Index, token.Length);
            switch (text[0])
            {
                case ']' or '[' when isInClass && text[^1] == ']':
                    isInClass = false;
                    break;
                case '[' when !isInClass:
                    (isInClass, last) = (true, 1);
                    break;
                case '(' when !isInClass:
                    // RE2 has neither comments nor the options n and x, which would hide tokens from this check.
                    if (text.Length > 1 && text.IndexOfAny("#nx") > 0)
                        throw LabelRegex.Invalid(pattern, $"invalid or unsupported Perl syntax: '{text}'.");
                    outer.Push(most);
                    most = 1;
                    if (outer.Count > MaxDepth)
                        throw LabelRegex.Invalid(pattern, "expression nests too deeply. Use at most 1,000 nested groups.");
                    break;
                case ')' when !isInClass:
                    if (!outer.TryPop(out var enclosing))
                        throw LabelRegex.Invalid(pattern, "unexpected ).");
                    (last, most) = (most, Math.Max(enclosing, most));
                    break;
                case '{' when !isInClass && text.Length > 1:
                    last = Multiply(pattern, last, text);
                    most = Math.Max(most, last);
                    break;
                case '\\' when text[1..] is "u":
                    throw LabelRegex.Invalid(pattern, @"invalid escape sequence: '\u'. Write the character itself.");
                default:
                    characters.Add(text.ToString());
                    if (characters.Count > MaxCharacters)
                        throw LabelRegex.Invalid(pattern, "expression too large. Use at most 128 different characters; a list of literals may have more.");
                    if (text is not ("*" or "+" or "?"))
                        last = 1;
                    break;
            }
        }
    }

    private static int Multiply(string pattern, int repetitions, ReadOnlySpan<char> quantifier)
    {
        foreach (var number in Number().EnumerateMatches(quantifier))
        {
            if (!int.TryParse(quantifier.Slice(number.Index, number.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                || (long)count * repetitions > MaxRepetitions)
                throw LabelRegex.Invalid(pattern, $"invalid repeat count: '{quantifier}'. Repeat at most 1,000 times, nested repetitions multiplied.");
        }

        var last = quantifier[(quantifier.IndexOf(',') is var comma and >= 0 && char.IsAsciiDigit(quantifier[comma + 1]) ? comma + 1 : 1)..];
        var digits = last[..last.IndexOfAnyExceptInRange('0', '9')];
        return repetitions * Math.Max(1, int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture));
    }

    // The start of a class with its first characters, which may be a literal ']'; the start of a group; a quantifier; an escape; a character.
    [GeneratedRegex(
        @"\[\^?\]?|\(\?[#a-zA-Z-]*|\{[0-9]+(,[0-9]*)?\}|\\x[0-9a-fA-F]{0,2}|\\[0-7]{1,3}|\\[pP]\{[^}]*\}|\\.|.",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Token();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
