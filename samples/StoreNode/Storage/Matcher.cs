using System.Text.RegularExpressions;
using Thanos.Api;
using Type = Thanos.Api.LabelMatcher.Types.Type;

namespace StoreNode.Storage;

/// <summary>A condition on one label. A label that is missing has the empty value.</summary>
internal sealed class Matcher
{
    // The promises of RE2, which queriers count on: time linear in the input, and hence neither lookaround nor backreferences.
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private readonly string _name;
    private readonly Predicate<string> _accepts;

    private Matcher(string name, Predicate<string> accepts) => (_name, _accepts) = (name, accepts);

    /// <exception cref="FormatException">The type is unknown, or the regular expression is not one.</exception>
    public static Matcher Parse(LabelMatcher matcher)
    {
        var value = matcher.Value;
        switch (matcher.Type)
        {
            case Type.Eq:
                return new(matcher.Name, actual => actual == value);
            case Type.Neq:
                return new(matcher.Name, actual => actual != value);
            case Type.Re:
                return new(matcher.Name, Anchored(value).IsMatch);
            case Type.Nre:
                var regex = Anchored(value);
                return new(matcher.Name, actual => !regex.IsMatch(actual));
            default:
                throw new FormatException($"The matcher of '{matcher.Name}' has the unknown type {(int)matcher.Type}.");
        }
    }

    public bool Matches(Labels labels) => _accepts(labels[_name]);

    private static Regex Anchored(string pattern)
    {
        try
        {
            _ = new Regex(pattern, Linear); // "a)|(b" is a regular expression only once it is wrapped
            return new Regex($@"\A(?s:{pattern})\z", Linear);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"'{pattern}' is not a regular expression: {error.Message}", error);
        }
    }
}
