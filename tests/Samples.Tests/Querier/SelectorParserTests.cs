using Querier.Selectors;

namespace Samples.Tests.Querier;

public sealed class SelectorParserTests
{
    [TestCase("up", "__name__=up")]
    [TestCase("  job:rate:5m \n", "__name__=job:rate:5m")]
    [TestCase("up{}", "__name__=up")]
    [TestCase("{job=\"api\"}", "job=api")]
    [TestCase("{__name__=\"up\"}", "__name__=up")]
    [TestCase("{__name__=~\"up|down\", __name__!=\"down\"}", "__name__=~up|down;__name__!=down")]
    [TestCase("up{a=\"1\",b!=\"2\",c=~\"3.*\",d!~\"4\"}", "__name__=up;a=1;b!=2;c=~3.*;d!~4")]
    [TestCase("up { a = '1' , }", "__name__=up;a=1")]
    [TestCase("up{ # the good ones\n a=\"1\" # only\n}", "__name__=up;a=1")]
    [TestCase("{\"up\"}", "__name__=up")]
    [TestCase("{\"http.status\", \"the label\"=\"x\"}", "__name__=http.status;the label=x")]
    [TestCase("offset", "__name__=offset")]
    [TestCase("up{offset=\"1\"}", "__name__=up;offset=1")]
    [TestCase("up{a=\"say \\\"hi\\\"\\n\"}", "__name__=up;a=say \"hi\"\n")]
    [TestCase("up{a='it\\'s'}", "__name__=up;a=it's")]
    [TestCase("up{a=`raw \\n \"`}", "__name__=up;a=raw \\n \"")]
    [TestCase("up{a=\"\\x41\\102\\u00e4\\U0001F600\\xc3\\xa4\"}", "__name__=up;a=ABä😀ä")]
    [TestCase("up{a=\"\"}", "__name__=up;a=")]
    public void Parses(string text, string expected)
    {
        var symbols = new Dictionary<MatchKind, string>
        {
            [MatchKind.Equal] = "=",
            [MatchKind.NotEqual] = "!=",
            [MatchKind.Regex] = "=~",
            [MatchKind.NotRegex] = "!~",
        };

        var matchers = SelectorParser.Parse(text);

        string.Join(';', matchers.Select(matcher => matcher.Name + symbols[matcher.Kind] + matcher.Value)).Should().Be(expected);
    }

    [TestCase("", "the expression is empty")]
    [TestCase(" # nothing", "the expression is empty")]
    [TestCase("{}", "at least one matcher")]
    [TestCase("{a=~\".*\"}", "at least one matcher")]
    [TestCase("{a!=\"x\"}", "at least one matcher")]
    [TestCase("rate(up[5m])", "functions and aggregations")]
    [TestCase("sum by (job) (up)", "aggregations")]
    [TestCase("up[5m]", "range selectors")]
    [TestCase("up offset 5m", "'offset' modifier")]
    [TestCase("up @ 1", "'@' modifier")]
    [TestCase("up + up", "operator '+'")]
    [TestCase("up == 1", "operator '='")]
    [TestCase("up and up", "operator 'and'")]
    [TestCase("(up)", "parentheses")]
    [TestCase("-up", "signs")]
    [TestCase("1", "number literals")]
    [TestCase("\"up\"", "string literals")]
    [TestCase("up down", "'down' was not expected")]
    [TestCase("up{a=\"1\"} {", "'{' was not expected")]
    [TestCase("up{", "found the end")]
    [TestCase("up{a}", "expected '=', '!=', '=~' or '!~', found '}'")]
    [TestCase("up{a=1}", "expected a quoted string")]
    [TestCase("up{a=\"1\" b=\"2\"}", "expected ',' or '}'")]
    [TestCase("up{,}", "expected a label name")]
    [TestCase("up{a:b=\"1\"}", "found ':'")]
    [TestCase("up{a=\"1}", "is not terminated")]
    [TestCase("up{a=\"1\n\"}", "is not terminated")]
    [TestCase("up{a=\"\\q\"}", "'\\q' is not an escape")]
    [TestCase("up{a=\"\\'\"}", "is not an escape")]
    [TestCase("up{a=\"\\x4\"}", "is not an escape")]
    [TestCase("up{a=\"\\400\"}", "is not an escape")]
    [TestCase("up{a=\"\\ud800\"}", "is not an escape")]
    [TestCase("up{a=\"\\xff\"}", "not valid UTF-8")]
    [TestCase("up{a=\"\\", "is not terminated")]
    [TestCase("up{a=~\"(\"}", "not a regular expression")]
    [TestCase("up{a=~\"[[:alpha:]]+\"}", "'[:' or '-['")]
    [TestCase("up{a=~\"[a-z-[x]]\"}", "'[:' or '-['")]
    [TestCase("up{\"\"=\"x\"}", "must not be empty")]
    [TestCase("up\u00A0{a=\"1\"}", "was not expected")]
    [TestCase("Inf", "number literals")]
    [TestCase("nan", "number literals")]
    [TestCase("up{a=~\"a)|(b\"}", "not a regular expression")]
    [TestCase("up{__name__=\"down\"}", "must not be set twice: 'up' and 'down'")]
    [TestCase("{\"up\",\"down\"}", "must not be set twice")]
    public void Rejects(string text, string because)
    {
        var parse = () => SelectorParser.Parse(text);

        parse.Should().Throw<FormatException>().Which.Message.Should().Contain(because);
    }

    [TestCase("=", "a", "a", true)]
    [TestCase("!=", "a", "", true)]
    [TestCase("=~", "a", "ba", false)]
    [TestCase("=~", "a|b", "b", true)]
    [TestCase("=~", "a.b", "a\nb", true)]
    [TestCase("=~", "a", "a\n", false)]
    [TestCase("!~", "a.*", "b", true)]
    public void Matches_whole_values(string symbol, string pattern, string value, bool expected) =>
        SelectorParser.Parse($"up{{a{symbol}\"{pattern}\"}}")[1].Matches(value).Should().Be(expected);
}
