using System.Globalization;
using System.Text.RegularExpressions;

namespace EndpointMtls.Text;

/// <summary>
/// Parses durations in the formats of Prometheus (<c>1h30m</c>, <c>500ms</c>) and .NET (<c>01:30:00</c>), and formats them as
/// Prometheus does.
/// </summary>
internal static partial class Duration
{
    private static readonly (string Unit, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay),
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
    ];

    /// <summary>Parses a duration that is not negative. A number needs a unit, except for <c>0</c>.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (text == "0")
        {
            return true;
        }

        if (text.Contains(':', StringComparison.Ordinal))
        {
            // TimeSpan.Parse would read '24:00:00' as 24 days.
            return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out duration) && duration >= TimeSpan.Zero;
        }

        // A number without a unit is ambiguous: .NET reads it as days, other programs as seconds.
        if (Prometheus().Match(text) is not { Success: true, Length: > 0 } match)
        {
            return false;
        }

        try
        {
            duration = Read(match, "y", 365 * 24 * 3600) + Read(match, "w", 7 * 24 * 3600) + Read(match, "d", 24 * 3600)
                + Read(match, "h", 3600) + Read(match, "m", 60) + Read(match, "s", 1) + Read(match, "ms", 0.001);
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    /// <summary>
    /// Returns a duration exactly, in the format of Prometheus: in one unit such as <c>90m</c>, unless that would be two or more of the
    /// next larger unit, as in <c>1h1s</c>.
    /// </summary>
    public static string Format(TimeSpan duration)
    {
        if (duration.Ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            return duration.ToString("c", CultureInfo.InvariantCulture);
        }

        if (duration < TimeSpan.Zero)
        {
            return $"-{Format(-duration)}";
        }

        return duration == TimeSpan.Zero ? "0s" : InOneUnit(duration) ?? InManyUnits(duration);
    }

    private static string? InOneUnit(TimeSpan duration)
    {
        var limit = long.MaxValue;
        foreach (var (unit, ticks) in Units)
        {
            // One day is 24 hours.
            if (duration.Ticks % ticks == 0 && duration.Ticks < limit && (duration.Ticks > ticks || ticks < TimeSpan.TicksPerDay))
            {
                return Count(duration.Ticks / ticks, unit);
            }

            limit = 2 * ticks;
        }

        return null;
    }

    private static string InManyUnits(TimeSpan duration)
    {
        var (text, rest) = ("", duration.Ticks);
        foreach (var (unit, ticks) in Units)
        {
            text += rest >= ticks ? Count(rest / ticks, unit) : "";
            rest %= ticks;
        }

        return text;
    }

    private static string Count(long number, string unit) => string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");

    private static TimeSpan Read(Match match, string unit, double seconds) =>
        match.Groups[unit] is { Success: true } group
            ? TimeSpan.FromSeconds(double.Parse(group.ValueSpan, CultureInfo.InvariantCulture) * seconds)
            : TimeSpan.Zero;

    [GeneratedRegex(
        @"^((?<y>[0-9]+)y)?((?<w>[0-9]+)w)?((?<d>[0-9]+)d)?((?<h>[0-9]+)h)?((?<m>[0-9]+)m)?((?<s>[0-9]+)s)?((?<ms>[0-9]+)ms)?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Prometheus();
}
