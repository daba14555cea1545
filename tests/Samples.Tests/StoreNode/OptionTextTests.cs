using StoreNode;
using Thanos.CommandLine;

namespace Samples.Tests.StoreNode;

internal sealed class OptionTextTests
{
    [TestCase("500ms", 500)]
    [TestCase("1s", 1_000)]
    [TestCase("5m", 300_000)]
    [TestCase("2h", 7_200_000)]
    public void Accepts_durations(string text, int milliseconds) =>
        OptionText.ToDuration("--retention", text).Should().Be(TimeSpan.FromMilliseconds(milliseconds));

    [TestCase("")]
    [TestCase("0s")]
    [TestCase("1")]
    [TestCase("-1s")]
    [TestCase("1d")]
    [TestCase("99999999999s")]
    [TestCase("961h")]
    [TestCase("2147483647h")]
    public void Rejects_other_durations(string text) =>
        Rejects(() => OptionText.ToDuration("--retention", text), $"--retention '{text}' is not a usable duration.*960h.");

    [TestCase("0", null)]
    [TestCase("0s", null)]
    [TestCase("5m", 300)]
    public void Accepts_limits_and_zero_for_no_limit(string text, int? seconds) =>
        OptionText.ToLimit("--age", text).Should().Be(seconds is { } limit ? TimeSpan.FromSeconds(limit) : null);

    [Test]
    public void Accepts_labels() =>
        OptionText.ToLabels("--label", ["cluster=eu", "note=a=b"]).ToString().Should().Be("""{cluster="eu", note="a=b"}""");

    [Test]
    public void Rejects_the_metric_name_as_a_label() =>
        Rejects(() => OptionText.ToLabels("--label", ["__name__=up"]), "--label '__name__=up' would set the metric name of every series*");

    [TestCase("cluster")]
    [TestCase("cluster=")]
    [TestCase("=eu")]
    [TestCase("my-cluster=eu")]
    [TestCase("1=eu")]
    public void Rejects_other_labels(string text) =>
        Rejects(() => OptionText.ToLabels("--label", [text]), $"--label '{text}' is not a label.*cluster=eu*");

    [Test]
    public void Rejects_a_label_with_two_values() =>
        Rejects(() => OptionText.ToLabels("--label", ["cluster=eu", "cluster=us"]), "--label 'cluster=us' sets a label twice.*");

    private static void Rejects(Func<object> parse, string message) =>
        parse.Should().Throw<StartupException>().WithMessage(message);
}
