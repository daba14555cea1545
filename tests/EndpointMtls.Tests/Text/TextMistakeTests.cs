using EndpointMtls.Text;

namespace EndpointMtls.Tests.Text;

/// <summary>Finds parts of a rejected text that were probably meant otherwise.</summary>
public sealed class TextMistakeTests
{
    [TestCase("a ${HOST} b", "'${HOST}' is not expanded")]
    [TestCase("$(HOST)", "'$(HOST)' is not expanded")]
    [TestCase("$HOME/ca.crt", "'$HOME' is not expanded")]
    [TestCase("%CERTS%/ca.crt", "'%CERTS%' is not expanded")]
    [TestCase("~/ca.crt", "'~' is not expanded")]
    [TestCase("/etc/~me/ca.crt", "'~me' is not expanded")]
    [TestCase("<host>:1", "'<host>' is a placeholder")]
    [TestCase("{{ .Values.host }}", "'{{ .Values.host }}' has not been rendered")]
    [TestCase("{% if x %}", "'{% if x %}' has not been rendered")]
    [TestCase(" a", "begins with white space")]
    [TestCase("a\t", "ends with white space")]
    [TestCase("a\u00A0b", "U+00A0 (no-break space)")]
    [TestCase("a\u200Bb", "U+200B (zero width space)")]
    [TestCase("a\uFEFFb", "U+FEFF (byte order mark)")]
    [TestCase("a\u2011b", "U+2011 (non-breaking hyphen)")]
    [TestCase("a\u2013b", "U+2013 (en dash)")]
    [TestCase("\u201Ca\u201D", "U+201C (left double quotation mark)")]
    [TestCase("\u2018a\u2019", "U+2018 (left single quotation mark)")]
    [TestCase("\u00ABa\u00BB", "U+00AB (a quotation mark)")]
    [TestCase("a\uFF1A1", "U+FF1A (a fullwidth ':')")]
    [TestCase("a\u2066b", "U+2066 (invisible)")]
    public void Names_it_with_a_fix(string text, string expected)
    {
        var mistake = TextMistake.Find(text)!;

        mistake.Problem.Should().Contain(expected);
        mistake.Fix.Should().NotBeEmpty();
    }

    [TestCase("")]
    [TestCase("store-1.example.com:443")]
    [TestCase("bücher.example:1")]
    [TestCase("/etc/100%/ca.crt")]
    [TestCase("[fe80::1%eth0]:443")]
    [TestCase("backup~/ca.crt~")]
    [TestCase("{ }")]
    [TestCase("a < b")]
    [TestCase("5$")]
    public void Finds_nothing_in_an_ordinary_text(string text) => TextMistake.Find(text).Should().BeNull();

    [Test]
    public void Reads_only_the_start_of_a_long_text() => TextMistake.Find(new string('x', 1000) + "${A}").Should().BeNull();
}
