using Thanos.Api;
using Thanos.Matching;
using Type = Thanos.Api.LabelMatcher.Types.Type;

namespace StoreNode.Storage;

/// <summary>A condition on one label. A missing label has an empty value.</summary>
internal sealed class Matcher
{
    private readonly string _name;
    private readonly Predicate<string> _accepts;

    private Matcher(string name, Predicate<string> accepts) => (_name, _accepts) = (name, accepts);

    /// <exception cref="FormatException">The type is unknown, or the regular expression is invalid or too large.</exception>
    public static Matcher Parse(LabelMatcher matcher, RegexLimits limits)
    {
        var value = matcher.Value;
        switch (matcher.Type)
        {
            case Type.Eq:
                return new(matcher.Name, actual => actual == value);
            case Type.Neq:
                return new(matcher.Name, actual => actual != value);
            case Type.Re:
                return new(matcher.Name, limits.Parse(value).IsMatch);
            case Type.Nre:
                var regex = limits.Parse(value);
                return new(matcher.Name, actual => !regex.IsMatch(actual));
            default:
                throw new FormatException($"The matcher of '{matcher.Name}' has the unknown type {(int)matcher.Type}.");
        }
    }

    public bool Matches(Labels labels) => _accepts(labels[_name]);
}
