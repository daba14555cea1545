using Thanos.Matching;

namespace Samples.Tests.Thanos;

/// <summary>Patterns that would take minutes or gigabytes, and those that dashboards write.</summary>
[CancelAfter(60_000)]
public sealed class RegexLimitsTests
{
    [Test]
    public void Matches_one_of_50_000_alternatives()
    {
        var regex = new RegexLimits().Parse($"({string.Join('|', Enumerable.Range(0, 50_000).Select(i => $@"host-{i}\.example\.com"))})");

        regex.IsMatch("host-49999.example.com").Should().BeTrue();
        regex.IsMatch("host-49999-example-com").Should().BeFalse();
    }

    [TestCase("a|b", "b", true)]
    [TestCase("a|", "", true)]
    [TestCase("(?:a|b)", "a", true)]
    [TestCase("()", "", true)]
    [TestCase("(a)|(b)", "b", true)]
    [TestCase(@"a\|b", "a|b", true)]
    [TestCase(@"a\|b", "a", false)]
    [TestCase("(?i)a|b", "A", true)]
    [TestCase("a]", "a]", true)]
    public void Lists_of_literals_match_like_regular_expressions(string pattern, string value, bool expected) =>
        new RegexLimits().Parse(pattern).IsMatch(value).Should().Be(expected);

    [Test]
    public void Accepts_500_alternatives_with_operators() =>
        new RegexLimits().Parse(string.Join('|', Enumerable.Range(0, 500).Select(i => $"h{i}.*"))).IsMatch("h499x").Should().BeTrue();

    [Test]
    public void Accepts_300_names_with_unescaped_dots() =>
        new RegexLimits().Parse(string.Join('|', Enumerable.Range(0, 300).Select(i => $"node-{i:0000}.example.com"))).IsMatch("node-0299.example.com").Should().BeTrue();

    [TestCase(1_000)]
    public void Accepts_groups_up_to_the_depth_of_Go(int depth) => new RegexLimits().Parse(Nested(depth)).IsMatch("a").Should().BeTrue();

    [TestCase(1_001, "*nests too deeply. Use at most 1,000 nested groups.")]
    [TestCase(200_000, "*expression too large. Shorten it to 10,000 characters*")]
    public void Rejects_deeper_groups(int depth, string reason) => Rejects(Nested(depth), reason);

    [TestCase("a{1001}")]
    [TestCase("a{2,1001}")]
    [TestCase("a{1001,}")]
    [TestCase("a{99999999999}")]
    [TestCase("(a{100}){11}")]
    [TestCase("((?:[]a]{10}|b){10}c){11}")]
    [TestCase("[a[]{1001}")]
    public void Rejects_more_than_1_000_repetitions(string pattern) => Rejects(pattern, "*invalid repeat count: *at most 1,000 times*");

    [TestCase("a{1000}")]
    [TestCase("(a{100}){10}")]
    [TestCase("(a{500})(b{500})(c{500})")]
    [TestCase("[{1001}]")]
    [TestCase(@"\{1001}|a*")]
    public void Accepts_1_000_repetitions(string pattern) => new RegexLimits().Parse(pattern).Should().NotBeNull();

    [Test]
    public void Rejects_too_many_different_characters_because_their_sets_need_gigabytes() =>
        Rejects(string.Concat(Enumerable.Range(0, 1_000).Select(i => $"[{(char)(0x100 + i * 7)}-{(char)(0x105 + i * 11)}]?")), "*at most 128 different characters*");

    [Test]
    public void Rejects_alternatives_with_operators_beyond_the_size_limit() =>
        Rejects(string.Join('|', Enumerable.Range(0, 50_000).Select(i => $"h{i}.*")), "*expression too large*");

    [Test]
    public void Rejects_groups_whose_repetitions_make_a_large_program() => Rejects("((a.){1000}b){1,1}(c.{999}|d.{999}){1}(.{999}.{999}.{999}.{999}.{999}.{999}.{999}.{999}.{999}.{999}.{999}){1}", "*expression too large. Simplify it*");

    [TestCase("(?x)a#(")]
    [TestCase("(?#comment)a.")]
    [TestCase("(?in:a.)")]
    [TestCase(@"\u0041.")]
    public void Rejects_syntax_that_only_NET_has(string pattern) => Rejects(pattern, "*is not a regular expression: invalid*");

    [Test]
    public void Rejects_more_than_20_regular_expressions_in_one_request_but_not_lists_of_literals()
    {
        var limits = new RegexLimits();
        for (var i = 0; i < 20; i++)
            _ = (limits.Parse($"a{i}.*"), limits.Parse($"a|b{i}"));

        limits.Invoking(full => full.Parse("a.*")).Should().Throw<FormatException>().WithMessage("there are more than 20 regular expressions*");
        limits.Parse("a|b").IsMatch("b").Should().BeTrue();
    }

    [Test]
    public void The_error_has_the_start_of_a_long_pattern_in_escaped_form() =>
        Rejects("(\n\u001b" + new string('a', 9_000), @"'(\u000a\u001baaa*…' is not a regular expression: *");

    private static string Nested(int depth) => new string('(', depth) + "a.?" + new string(')', depth);

    private static void Rejects(string pattern, string reason)
    {
        var parse = () => new RegexLimits().Parse(pattern);

        parse.Should().Throw<FormatException>().WithMessage(reason).Which.Message.Length.Should().BeLessThan(300);
    }
}
