using StoreNode.Storage;
using Thanos.Api;
using Thanos.Matching;
using Type = Thanos.Api.LabelMatcher.Types.Type;

namespace Samples.Tests.StoreNode;

internal sealed class MatcherTests
{
    private static readonly Labels Series = Labels.From(new Dictionary<string, string> { ["__name__"] = "up", ["path"] = "a\nb" });

    [TestCase(Type.Eq, "up", true)]
    [TestCase(Type.Eq, "UP", false)]
    [TestCase(Type.Eq, "", false)]
    [TestCase(Type.Neq, "down", true)]
    [TestCase(Type.Neq, "up", false)]
    [TestCase(Type.Re, "up", true)]
    [TestCase(Type.Re, "u.", true)]
    [TestCase(Type.Re, "down|up", true)]
    [TestCase(Type.Re, "down|u", false)]
    [TestCase(Type.Re, "p", false)]
    [TestCase(Type.Re, "(?i)UP", true)]
    [TestCase(Type.Re, ".+", true)]
    [TestCase(Type.Nre, "down.*", true)]
    [TestCase(Type.Nre, "u.*", false)]
    public void Compares_the_whole_value(Type type, string value, bool matches) =>
        Matches(type, "__name__", value).Should().Be(matches);

    [TestCase(Type.Eq, "", true)]
    [TestCase(Type.Neq, "", false)]
    [TestCase(Type.Neq, "eu", true)]
    [TestCase(Type.Re, ".*", true)]
    [TestCase(Type.Re, ".+", false)]
    [TestCase(Type.Nre, ".+", true)]
    [TestCase(Type.Nre, "eu|", false)]
    public void A_missing_label_has_the_empty_value(Type type, string value, bool matches) =>
        Matches(type, "cluster", value).Should().Be(matches);

    [TestCase("a.b", true)]
    [TestCase("a", false)]
    [TestCase("a\nb\n", false)]
    public void A_line_break_is_a_character_like_any_other(string pattern, bool matches) =>
        Matches(Type.Re, "path", pattern).Should().Be(matches);

    [TestCase("(")]
    [TestCase("*")]
    [TestCase("a)|(b", Description = "valid only between the anchors")]
    [TestCase("(a)\\1", Description = "needs backtracking")]
    [TestCase("(?=a)", Description = "needs backtracking")]
    public void Rejects_what_RE2_rejects(string pattern)
    {
        var parse = () => Matches(Type.Nre, "path", pattern);

        parse.Should().Throw<FormatException>().WithMessage($"'{pattern}' is not a regular expression: *");
    }

    [Test]
    public void Rejects_an_unknown_type()
    {
        var parse = () => Matches((Type)7, "path", "");

        parse.Should().Throw<FormatException>().WithMessage("*'path'*7*");
    }

    private static bool Matches(Type type, string name, string value) =>
        Matcher.Parse(new LabelMatcher { Type = type, Name = name, Value = value }, new RegexLimits()).Matches(Series);
}
