using Thanos.Api;
using Thanos.Matching;
using WireType = Thanos.Api.LabelMatcher.Types.Type;

namespace Querier.Selectors;

/// <summary>A condition on one label. A missing label has an empty value.</summary>
internal sealed class Matcher
{
    private readonly LabelRegex? _regex;

    /// <exception cref="FormatException">The value is not a regular expression, or exceeds a limit.</exception>
    public Matcher(string name, MatchKind kind, string value, RegexLimits limits)
    {
        (Name, Kind, Value) = (name, kind, value);
        _regex = kind is MatchKind.Regex or MatchKind.NotRegex ? limits.Parse(value) : null;
    }

    public string Name { get; }

    public MatchKind Kind { get; }

    public string Value { get; }

    public bool MatchesEmpty => Matches("");

    public bool Matches(string actual) => Kind switch
    {
        MatchKind.Equal => actual == Value,
        MatchKind.NotEqual => actual != Value,
        MatchKind.Regex => _regex!.IsMatch(actual),
        _ => !_regex!.IsMatch(actual),
    };

    public LabelMatcher ToWire() => new()
    {
        Name = Name,
        Value = Value,
        Type = Kind switch
        {
            MatchKind.Equal => WireType.Eq,
            MatchKind.NotEqual => WireType.Neq,
            MatchKind.Regex => WireType.Re,
            _ => WireType.Nre,
        },
    };
}
