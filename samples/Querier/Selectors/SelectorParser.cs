using Thanos.Matching;

namespace Querier.Selectors;

/// <summary>Parses an instant vector selector, such as <c>up{job="api",instance=~"10\\..*"}</c>. Other PromQL is rejected.</summary>
internal sealed class SelectorParser
{
    private const string MetricName = "__name__";
    private const int MaxMatchers = 100;

    private readonly SelectorScanner _scanner;
    private readonly RegexLimits _limits;
    private readonly CancellationToken _cancellation;
    private readonly List<Matcher> _matchers = [];
    private string? _metric;

    private SelectorParser(string text, RegexLimits limits, CancellationToken cancellation) =>
        (_scanner, _limits, _cancellation) = (new SelectorScanner(text), limits, cancellation);

    /// <exception cref="FormatException">The text is not a selector. The message has the position and the problem.</exception>
    public static IReadOnlyList<Matcher> Parse(string text) => Parse(text, new RegexLimits(), CancellationToken.None);

    /// <exception cref="FormatException">The text is not a selector, or exceeds a limit. The message has the position and the problem.</exception>
    public static IReadOnlyList<Matcher> Parse(string text, RegexLimits limits, CancellationToken cancellation)
    {
        var parser = new SelectorParser(text, limits, cancellation);
        parser.ReadSelector();
        return parser._matchers;
    }

    private void ReadSelector()
    {
        if (_scanner.AtEnd)
            throw _scanner.Error("the expression is empty");

        var metric = _scanner.TryReadName(allowColons: true);
        if (metric is not null)
            AddMetric(metric);

        if (_scanner.TryTake('{'))
            ReadMatchers();
        else if (metric is null)
            throw _scanner.NotASelector();
        else if (metric.ToUpperInvariant() is "INF" or "NAN")
            throw _scanner.Error("number literals are not supported; this querier evaluates only selectors", atStart: true);

        if (!_scanner.AtEnd)
            throw _scanner.NotASelector();

        if (_matchers.TrueForAll(matcher => matcher.MatchesEmpty))
            throw _scanner.Error("the selector must contain at least one matcher that does not match the empty value", atStart: true);
    }

    // A trailing comma is valid.
    private void ReadMatchers()
    {
        while (!_scanner.TryTake('}'))
        {
            ReadMatcher();
            if (_scanner.TryTake('}'))
                return;
            if (!_scanner.TryTake(','))
                throw _scanner.Unexpected("',' or '}'");
        }
    }

    private void ReadMatcher()
    {
        _cancellation.ThrowIfCancellationRequested();
        if (_matchers.Count == MaxMatchers)
            throw _scanner.Error($"there are more than {MaxMatchers} matchers");

        var quoted = _scanner.TryReadString();
        var name = quoted ?? _scanner.TryReadName(allowColons: false) ?? throw _scanner.Unexpected("a label name or '}'");
        var kind = _scanner.TryReadOperator();
        if (kind is null)
        {
            // A quoted name without an operator is the metric name.
            AddMetric(quoted ?? throw _scanner.Unexpected("'=', '!=', '=~' or '!~'"));
            return;
        }

        if (name.Length == 0)
            throw _scanner.Error("a label name must not be empty");

        var value = _scanner.TryReadString() ?? throw _scanner.Unexpected("a quoted string");
        if (name == MetricName && _metric is not null)
            throw SetTwice(_metric, value);

        try
        {
            _matchers.Add(new Matcher(name, kind.Value, value, _limits));
        }
        catch (FormatException error)
        {
            throw _scanner.Error(error.Message);
        }
    }

    private void AddMetric(string name)
    {
        if (_matchers.Find(matcher => matcher.Name == MetricName) is { } first)
            throw SetTwice(first.Value, name);
        _metric = name;
        _matchers.Add(new Matcher(MetricName, MatchKind.Equal, name, _limits));
    }

    private FormatException SetTwice(string first, string second) =>
        _scanner.Error($"the metric name must not be set twice: '{first}' and '{second}'");
}
