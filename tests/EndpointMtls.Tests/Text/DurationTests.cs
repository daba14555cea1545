using System.Globalization;
using EndpointMtls.Text;

namespace EndpointMtls.Tests.Text;

/// <summary>Which texts are durations.</summary>
public sealed class DurationTests
{
    [TestCase("30s", "00:00:30")]
    [TestCase("5m", "00:05:00")]
    [TestCase("90m", "01:30:00")]
    [TestCase("1h30m", "01:30:00")]
    [TestCase("500ms", "00:00:00.500")]
    [TestCase("1s1ms", "00:00:01.001")]
    [TestCase("24h", "1.00:00:00")]
    [TestCase("2d", "2.00:00:00")]
    [TestCase("1w", "7.00:00:00")]
    [TestCase("1y", "365.00:00:00")]
    [TestCase("1w2d3h4m5s6ms", "9.03:04:05.006")]
    [TestCase("0", "00:00:00")]
    [TestCase("0s", "00:00:00")]
    [TestCase("01:30:00", "01:30:00")]
    [TestCase("1:30:00", "01:30:00")]
    [TestCase("01:30", "01:30:00")]
    [TestCase("00:00:00.25", "00:00:00.250")]
    [TestCase("1.06:00:00", "1.06:00:00")]
    [TestCase("23:59:59", "23:59:59")]
    public void Parses_durations_of_Prometheus_and_NET(string text, string expected)
    {
        Duration.TryParse(text, out var duration).Should().BeTrue();

        duration.Should().Be(TimeSpan.Parse(expected, CultureInfo.InvariantCulture));
    }

    [TestCase("", Description = "empty")]
    [TestCase(" ")]
    [TestCase("5", Description = "days for .NET, seconds for other programs")]
    [TestCase("00")]
    [TestCase("1.5h")]
    [TestCase("1,5h")]
    [TestCase("-5s")]
    [TestCase("-00:00:05")]
    [TestCase("+5s")]
    [TestCase("5 s")]
    [TestCase("5s ")]
    [TestCase("5s\n")]
    [TestCase("5S")]
    [TestCase("s")]
    [TestCase("30m1h", Description = "wrong order")]
    [TestCase("1m1m", Description = "duplicate unit")]
    [TestCase("1ms1s")]
    [TestCase("5sec")]
    [TestCase("٣s", Description = "digits that are not ASCII")]
    [TestCase("99999999999999999999w", Description = "longer than TimeSpan.MaxValue")]
    [TestCase("10675199d24h", Description = "the sum is longer than TimeSpan.MaxValue")]
    [TestCase("24:00:00", Description = "24 days for .NET, one day for other programs")]
    [TestCase("00:60:00")]
    [TestCase("99999999999.00:00:00")]
    [TestCase(":")]
    public void Rejects_invalid_and_ambiguous_durations(string text) => Duration.TryParse(text, out _).Should().BeFalse();

    [TestCase("00:00:00", "0s")]
    [TestCase("00:00:30", "30s")]
    [TestCase("00:01:00", "1m")]
    [TestCase("00:01:30", "90s")]
    [TestCase("01:30:00", "90m")]
    [TestCase("1.00:00:00", "24h")]
    [TestCase("30.00:00:00", "30d")]
    [TestCase("00:00:00.500", "500ms")]
    [TestCase("-00:00:05", "-5s")]
    [TestCase("00:00:01.500", "1500ms")]
    [TestCase("00:02:00", "2m")]
    [TestCase("00:02:01", "2m1s")]
    [TestCase("01:00:01", "1h1s")]
    [TestCase("02:30:00", "2h30m")]
    [TestCase("1.01:00:00", "25h")]
    [TestCase("1.00:00:00.001", "1d1ms")]
    [TestCase("-01:00:01", "-1h1s")]
    [TestCase("00:00:00.0000001", "00:00:00.0000001")]
    public void Formats_durations_exactly(string duration, string expected) =>
        Duration.Format(TimeSpan.Parse(duration, CultureInfo.InvariantCulture)).Should().Be(expected);
}
