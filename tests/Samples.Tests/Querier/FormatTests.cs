using Querier.Formats;

namespace Samples.Tests.Querier;

public sealed class FormatTests
{
    [TestCase(0, "0")]
    [TestCase(-0.0, "-0")]
    [TestCase(1, "1")]
    [TestCase(0.1, "0.1")]
    [TestCase(0.758023, "0.758023")]
    [TestCase(1e15, "1000000000000000")]
    [TestCase(1234567890123456789, "1234567890123456800")]
    [TestCase(1e20, "100000000000000000000")]
    [TestCase(1e21, "1e+21")]
    [TestCase(1.5e300, "1.5e+300")]
    [TestCase(0.000001, "0.000001")]
    [TestCase(-0.0000012345678901234567, "-0.0000012345678901234567")]
    [TestCase(0.0000009, "9e-07")]
    [TestCase(double.Epsilon, "5e-324")]
    [TestCase(double.MaxValue, "1.7976931348623157e+308")]
    [TestCase(double.NaN, "NaN")]
    [TestCase(double.PositiveInfinity, "+Inf")]
    [TestCase(double.NegativeInfinity, "-Inf")]
    public void Formats_values_as_Prometheus_does(double value, string expected) =>
        SampleValue.Format(value).Should().Be(expected);

    [TestCase("0", 0)]
    [TestCase("1435781451.781", 1435781451781)]
    [TestCase("-1.5", -1500)]
    [TestCase("2015-07-01T20:10:51Z", 1435781451000)]
    [TestCase("2015-07-01T20:10:51.781Z", 1435781451781)]
    [TestCase("2015-07-01T20:10:51.781123456Z", 1435781451781)]
    [TestCase("2015-07-01T22:10:51+02:00", 1435781451000)]
    public void Parses_times(string text, long expected)
    {
        PrometheusTime.TryParse(text, out var milliseconds).Should().BeTrue();
        milliseconds.Should().Be(expected);
    }

    [TestCase("")]
    [TestCase("now")]
    [TestCase("NaN")]
    [TestCase("+Inf")]
    [TestCase("1e300")]
    [TestCase("2015-07-01T20:10:51")]
    [TestCase("2015-07-01")]
    public void Rejects_times(string text) => PrometheusTime.TryParse(text, out _).Should().BeFalse();

    [TestCase("15", 15_000)]
    [TestCase("0.25", 250)]
    [TestCase("15s", 15_000)]
    [TestCase("1h30m", 5_400_000)]
    [TestCase("1d2h3m4s5ms", 93_784_005)]
    [TestCase("1w", 604_800_000)]
    [TestCase("1y", 31_536_000_000)]
    public void Parses_durations(string text, long expected)
    {
        PrometheusDuration.TryParse(text, out var duration).Should().BeTrue();
        duration.TotalMilliseconds.Should().Be(expected);
    }

    [TestCase("")]
    [TestCase("5 m")]
    [TestCase("1m1h")]
    [TestCase("1.5h")]
    [TestCase("5x")]
    [TestCase("NaN")]
    [TestCase("999999999999999999y")]
    public void Rejects_durations(string text) => PrometheusDuration.TryParse(text, out _).Should().BeFalse();
}
